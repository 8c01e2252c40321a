import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import { useStore } from 'zustand'
import { useText } from '../i18n/text.tsx'
import { usePage } from './page-context.tsx'
import { SETTINGS_SECTIONS } from './routes.ts'

export function openPalette(): void {
  spotlight.open()
}

/** Everything one can do or go to, by typing. */
export function Palette() {
  const text = useText()
  return (
    <Spotlight
      actions={usePaletteActions()}
      nothingFound={text('palette.nothing')}
      limit={12}
      shortcut={null}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      attributes={{ content: { 'aria-label': text('palette.open') } }}
      searchProps={{ placeholder: text('palette.placeholder'), 'aria-label': text('palette.placeholder') }}
    />
  )
}

function usePaletteActions(): SpotlightActionData[] {
  const text = useText()
  const { router, connections, settings, tokens, incidents, looks } = usePage()
  const list = useStore(connections, (state) => state.list)
  const mine = useStore(tokens, (state) => state.access.me?.data ?? null)
  const action = (id: string, label: string, onClick: () => void): SpotlightActionData => ({
    id,
    label,
    onClick,
  })
  return [
    action('overview', text('palette.overview'), () => router.go({ view: 'overview', part: 'now' })),
    action('monitors', text('heartbeat.monitors'), () => router.go({ view: 'overview', part: 'monitors' })),
    action('tokens-mine', text('palette.my-tokens'), () => router.go({ view: 'tokens', scope: 'mine' })),
    action('tokens-users', text('palette.users'), () =>
      router.go({ view: 'tokens', scope: 'users', userId: null }),
    ),
    action('xtm-one', text('palette.xtm-one'), () => router.go({ view: 'xtm-one' })),
    action('connectors', text('palette.connectors'), () =>
      router.go({ view: 'connectors', connectorId: null }),
    ),
    action('lost-device', text('device.open'), () =>
      router.go({ view: 'tokens', scope: 'lost-device', userId: null }),
    ),
    action('triage', text('triage.open'), () => {
      router.go({ view: 'tokens', scope: 'mine' })
      incidents.actions.openTriage()
    }),
    action('incidents', text('incident.list'), () =>
      router.go({ view: 'tokens', scope: 'incidents', id: null }),
    ),
    action('activity', text('palette.activity'), () => router.go({ view: 'activity' })),
    ...(mine
      ? [
          action('generate', text('tokens.generate'), () => {
            router.go({ view: 'tokens', scope: 'mine' })
            tokens.actions.open({ name: 'generate', owner: mine.user, ref: 'me' })
          }),
        ]
      : []),
    ...(list ?? []).map((connection) =>
      action(
        `use-${connection.id}`,
        text('palette.use', { name: connection.embedded ? text('settings.local') : connection.name }),
        () => void settings.change({ activeConnectionId: connection.id }),
      ),
    ),
    action('add-connection', text('connection.add'), () =>
      connections.actions.open({ name: 'add-connection' }),
    ),
    ...SETTINGS_SECTIONS.map((section) =>
      action(`settings-${section}`, text('palette.settings', { section: text(`settings.${section}`) }), () =>
        router.go({ view: 'settings', section }),
      ),
    ),
    ...(['light', 'dark', 'auto'] as const).map((scheme) =>
      action(
        `scheme-${scheme}`,
        text('palette.scheme', { scheme: text(`settings.scheme.${scheme}`) }),
        () => void settings.change({ scheme }),
      ),
    ),
    action('help', text('help.title'), () => looks.setState({ help: true })),
  ]
}
