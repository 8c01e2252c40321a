import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { ConnectionsPanel } from '../features/connections/ConnectionsPanel.tsx'
import { ComposerPanel } from '../features/connectors/ComposerPanel.tsx'
import { BundlePanel } from '../features/diagnostics/BundlePanel.tsx'
import { RegistrationProvider } from '../features/registration/context.tsx'
import { LocalXtmOnePanel } from '../features/registration/LocalXtmOnePanel.tsx'
import { SettingsProvider } from '../features/settings/context.tsx'
import { NotificationsPanel } from '../features/settings/NotificationsPanel.tsx'
import { PolicyPanel } from '../features/settings/PolicyPanel.tsx'
import { AppearancePanel, ClipboardPanel, LanguagePanel } from '../features/settings/panels.tsx'
import { SettingsView } from '../features/settings/SettingsView.tsx'
import { SystemProvider } from '../features/system/context.tsx'
import { DiagnosticsPanel } from '../features/system/DiagnosticsPanel.tsx'
import { AboutPanel, KeychainPanel, LocalPlatformPanel } from '../features/system/panels.tsx'
import { UpdatesPanel } from '../features/updates/UpdatesPanel.tsx'
import { useText } from '../i18n/text.tsx'
import { ConnectionsSurroundings } from './ConnectionsSurroundings.tsx'
import { lazyPart, Part } from './Part.tsx'
import { useActiveConnection, useLooks, usePage } from './page-context.tsx'
import { SETTINGS_SECTIONS, type SettingsSectionId } from './routes.ts'

const AboutDetails = lazyPart(() => import('../features/about/AboutDetails.tsx'))

/** The composer, with what it cannot know itself: the names of connections, and the managers of the platform in use. */
function ComposerSettings() {
  const text = useText()
  const { composer, connections, connectors } = usePage()
  const list = useStore(connections, (state) => state.list)
  const servedId = useStore(composer, (state) => state.view?.settings.connectionId ?? null)
  const shownId = useStore(connectors, (state) => state.connectionId)
  const managers = useStore(connectors, (state) => state.status?.managers ?? null)
  useEffect(() => connectors.actions.follow(), [connectors])
  return (
    <ComposerPanel
      store={composer}
      connections={(list ?? []).map(({ id, name, embedded }) => ({
        id,
        name: embedded ? text('settings.local') : name,
      }))}
      managerIds={servedId === shownId ? (managers ?? []).map(({ id }) => id) : []}
    />
  )
}

/** The settings, put together from the features that own them. */
export function SettingsPage({ section }: { section: SettingsSectionId }) {
  const text = useText()
  const page = usePage()
  const active = useActiveConnection()
  const { settings, system, router } = page
  const byPage = useStore(system, (state) => state.info?.clipboard === 'page')
  const isDesktop = useStore(system, (state) => state.info?.host === 'desktop')
  const canStartAtLogin = useStore(system, (state) => state.info?.canStartAtLogin ?? false)
  const version = useStore(system, (state) => state.info?.version ?? '')
  const checkForUpdates = useStore(settings, (state) => state.settings?.checkForUpdates ?? false)
  const localEnabled = useStore(settings, (state) => state.settings?.localPlatform ?? true)
  const singleKeys = useLooks((looks) => looks.remembered.singleKeys)
  const surroundings = useMemo(
    () => ({
      store: settings,
      choices: { singleKeys, onSingleKeys: (on: boolean) => page.remember({ singleKeys: on }) },
    }),
    [settings, page, singleKeys],
  )
  const help = useMemo(() => ({ client: page.host.client, save: page.save }), [page])
  const panels = {
    connections: <ConnectionsPanel />,
    appearance: <AppearancePanel />,
    language: <LanguagePanel />,
    clipboard: <ClipboardPanel byPage={byPage} />,
    policy: <PolicyPanel />,
    notifications: <NotificationsPanel isDesktop={isDesktop} canStartAtLogin={canStartAtLogin} />,
    local: (
      <>
        <LocalPlatformPanel
          enabled={localEnabled}
          onEnabled={(localPlatform) => void settings.change({ localPlatform })}
        />
        <RegistrationProvider store={page.registration}>
          <LocalXtmOnePanel />
        </RegistrationProvider>
      </>
    ),
    composer: <ComposerSettings />,
    keychain: <KeychainPanel />,
    diagnostics: (
      <>
        <BundlePanel environment={help} />
        {active && <DiagnosticsPanel key={active.id} connection={active} />}
      </>
    ),
    updates: (
      <UpdatesPanel
        store={page.updates}
        version={version}
        on={checkForUpdates}
        onChange={(on) => void settings.change({ checkForUpdates: on })}
      />
    ),
    about: (
      <>
        <AboutPanel />
        <Part>
          <AboutDetails client={page.host.client} />
        </Part>
      </>
    ),
  }
  return (
    <SettingsProvider value={surroundings}>
      <SystemProvider store={system}>
        <ConnectionsSurroundings>
          <SettingsView
            section={section}
            onSection={(id) => router.go({ view: 'settings', section: id as SettingsSectionId })}
            sections={SETTINGS_SECTIONS.map((id) => ({
              id,
              label: text(`settings.${id}`),
              content: panels[id],
            }))}
          />
        </ConnectionsSurroundings>
      </SystemProvider>
    </SettingsProvider>
  )
}
