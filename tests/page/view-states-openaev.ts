import { CALDERA, onOpenAev, SENTINEL } from './openaev-world.ts'
import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { problem, type World } from './world.ts'

const LIST = ['route:connectors']
const ONE = ['route:connectors/one']
const XTM_ONE = ['route:xtm-one']
const ADDRESS = '#/connectors'
const grid = (stage: Stage) => stage.see('[data-testid=connector]')

/** Types an address that answers as `kinds`. */
async function probed(stage: Stage): Promise<void> {
  await stage.press('[data-testid=add-connection]')
  await stage.fill('[data-testid=address]', 'https://cti.example.net')
  await stage.press('[data-testid=submit-connection]')
  await stage.see('[data-testid=probed]')
}
const ADD = {
  views: ['route:settings/connections', 'dialog:add-connection'],
  address: '#/settings/connections',
}

export const OPENAEV_STATES: readonly ViewState[] = [
  { id: 'openaev-connectors', views: LIST, address: ADDRESS, world: onOpenAev, reach: grid },
  {
    id: 'openaev-composer-silent',
    views: LIST,
    address: ADDRESS,
    world: (world) => onOpenAev(world, { composerReachable: false }),
    reach: (stage) => stage.see('[data-testid=composer-unreachable]'),
  },
  {
    id: 'openaev-unseen',
    views: LIST,
    address: ADDRESS,
    world: (world) => onOpenAev(world, { unseen: ['injector', 'executor'], unreadable: 1 }),
    reach: (stage) => stage.see('[data-testid=unseen]'),
  },
  {
    id: 'openaev-first-run',
    views: LIST,
    address: ADDRESS,
    world: (world) => onOpenAev(world, { changed: [], composerReachable: false }),
    reach: (stage) => stage.see('[data-testid=first-run]'),
  },
  {
    id: 'openaev-forbidden',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      onOpenAev(world, {
        changed: [],
        phase: 'failed',
        readAt: null,
        composerReachable: null,
        problem: problem('role-missing', 'HTTP 403'),
      }),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'openaev-collector',
    views: ONE,
    address: `${ADDRESS}/${SENTINEL}`,
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=stop]'),
  },
  {
    id: 'openaev-looping',
    views: ONE,
    address: `${ADDRESS}/instance-nmap`,
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=cause-not-told]'),
  },
  {
    id: 'openaev-executor',
    views: ONE,
    address: `${ADDRESS}/${CALDERA}`,
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=unproven]'),
  },
  {
    id: 'openaev-overview',
    views: ['route:overview'],
    address: '#/overview',
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=panel-connectors]'),
  },
  {
    id: 'openaev-tokens',
    views: ['route:tokens/mine'],
    address: '#/tokens/mine',
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=openaev-tokens]'),
  },
  {
    id: 'openaev-xtm-one',
    views: XTM_ONE,
    address: '#/xtm-one',
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=read-again]'),
  },
  {
    id: 'openaev-xtm-one-not-told',
    views: XTM_ONE,
    address: '#/xtm-one',
    world(world: World) {
      onOpenAev(world)
      world.openAevXtmOne = { ...world.openAevXtmOne, configured: null, url: null }
    },
    reach: (stage) => stage.see('[data-testid=openaev-registration]'),
  },
  {
    id: 'openaev-xtm-one-failed',
    views: XTM_ONE,
    address: '#/xtm-one',
    world(world: World) {
      onOpenAev(world)
      world.failing.set('registration.openAev', problem('timeout', 'No full answer within 20 s.'))
    },
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'openaev-activity',
    views: ['route:activity'],
    address: '#/activity',
    world(world: World) {
      onOpenAev(world)
      world.failing.set('activity.platform', problem('not-on-openaev'))
    },
    reach: (stage) => stage.see('[data-testid=not-on-openaev]'),
  },
  {
    id: 'openaev-probed',
    ...ADD,
    world: (world) => {
      world.probe = { ...world.probe, kinds: ['openaev'], platformTitle: 'OpenAEV' }
    },
    reach: probed,
  },
  {
    id: 'openaev-probed-both',
    ...ADD,
    world: (world) => {
      world.probe = { ...world.probe, kinds: ['opencti', 'openaev'] }
    },
    async reach(stage) {
      await probed(stage)
      await stage.press('[data-testid=kind-openaev]')
    },
  },
  {
    id: 'openaev-connection',
    views: ['route:settings/connections'],
    address: '#/settings/connections',
    world: onOpenAev,
    reach: (stage) => stage.see('[data-testid=connection]'),
  },
]
