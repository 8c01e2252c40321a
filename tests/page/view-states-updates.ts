import type { UpdateStatus } from '#shared/contract/updates.ts'
import type { ViewState } from './view-state.ts'
import { NOW, type World } from './world.ts'

const source = 'https://releases.gatehouse.example'
const available: Extract<UpdateStatus, { state: 'available' }> = {
  state: 'available',
  source,
  checkedAt: NOW - 60_000,
  version: '0.2.0',
  issuedAt: NOW - 172_800_000,
  notes: 'Mended: a connector that stopped in a loop is told once.\nNew: nothing else.',
  files: [
    { fileName: 'Gatehouse-0.2.0.AppImage', kind: 'AppImage', size: 128_400_000 },
    { fileName: 'gatehouse_0.2.0_amd64.deb', kind: 'deb', size: 96_100_000 },
  ],
  download: null,
}

/** The panel in this state, switched on unless it says otherwise. */
function state(id: string, status: UpdateStatus, seen: string): ViewState {
  return {
    id: `settings-updates-${id}`,
    views: ['route:settings/updates'],
    address: '#/settings/updates',
    world: (world: World) => {
      world.updates.set(() => status)
      const on = status.state !== 'off' && status.state !== 'unavailable'
      world.settings.set((before) => ({ ...before, checkForUpdates: on }))
    },
    reach: (stage) => stage.see(`[data-testid=${seen}]`),
  }
}

const fileName = 'gatehouse_0.2.0_amd64.deb'
const path = `/home/bob/.config/gatehouse/updates/${fileName}`

/** Whether a newer version is there (S-09). */
export const UPDATES_STATES: readonly ViewState[] = [
  state('unavailable', { state: 'unavailable' }, 'updates-unavailable'),
  state('off', { state: 'off', source }, 'updates-on'),
  state('waiting', { state: 'waiting', source }, 'updates-check'),
  state('checking', { state: 'checking', source }, 'updates-check'),
  state('current', { state: 'current', source, checkedAt: NOW - 60_000 }, 'updates-check'),
  state(
    'failed',
    { state: 'failed', source, checkedAt: NOW - 60_000, why: 'stale', detail: '2026-09-01T00:00:00.000Z' },
    'updates-failed',
  ),
  state('available', available, 'release'),
  state('no-package', { ...available, files: [], notes: '' }, 'release'),
  state(
    'fetching',
    { ...available, download: { phase: 'loading', fileName, received: 41_000_000, size: 96_100_000 } },
    'release',
  ),
  state(
    'damaged',
    {
      ...available,
      download: { phase: 'failed', fileName, why: 'damaged', detail: '96099999 of 96100000 bytes' },
    },
    'fetch-failed',
  ),
  state('fetched', { ...available, download: { phase: 'ready', fileName, path } }, 'fetched'),
  state(
    'fetched-appimage',
    {
      ...available,
      download: {
        phase: 'ready',
        fileName: 'Gatehouse-0.2.0.AppImage',
        path: path.replace(fileName, 'Gatehouse-0.2.0.AppImage'),
      },
    },
    'fetched',
  ),
]
