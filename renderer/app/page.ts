import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Connection } from '#shared/contract/connections.ts'
import { type Language, languageOf } from '#shared/domain/languages.ts'
import type { Host } from '../client.ts'
import { type ActivityStore, createActivityStore } from '../features/activity/store.ts'
import { type ConnectionsStore, createConnectionsStore } from '../features/connections/store.ts'
import { type ComposerStore, createComposerStore } from '../features/connectors/composer-store.ts'
import { type ConnectorsStore, createConnectorsStore } from '../features/connectors/store.ts'
import { createHeartbeatStore, type HeartbeatStore } from '../features/heartbeat/store.ts'
import { createIncidentsStore, type IncidentsStore } from '../features/incidents/store.ts'
import { createOverviewStore, type OverviewStore } from '../features/overview/store.ts'
import { createRegistrationStore, type RegistrationStore } from '../features/registration/store.ts'
import { createSettingsStore, type SettingsStore } from '../features/settings/store.ts'
import { createSystemStore, type SystemStore } from '../features/system/store.ts'
import {
  type ClipboardDevice,
  createPageClipboard,
  type PageClipboard,
} from '../features/tokens/page-clipboard.ts'
import { createTokensStore, type TokensStore } from '../features/tokens/store.ts'
import { createUpkeepStore, type UpkeepStore } from '../features/tokens/upkeep-store.ts'
import { createUpdatesStore, type UpdatesStore } from '../features/updates/store.ts'
import { loadCatalogue, type Messages } from '../i18n/catalogue.ts'
import { type Clock, createTicker, type Ticker } from '../ui/clock.tsx'
import { saveText } from '../ui/save-text.ts'
import { startTitlesWhenCut } from '../ui/title-when-cut.ts'
import { outdateOnResponses } from './outdate-on-responses.ts'
import { type Remembered, readRemembered, remember } from './remembered.ts'
import { createRouter, type Router } from './routes.ts'

/** The connection the views show; the first one where the chosen one is gone; null until the core has spoken. */
export function activeConnection(
  chosenId: string | null,
  list: readonly Connection[] | null,
): Connection | null {
  if (chosenId === null || list === null) return null
  return list.find(({ id }) => id === chosenId) ?? list[0] ?? null
}

/** The page's own state: what neither the core nor an address says. */
export interface Looks {
  language: Language
  messages: Messages
  remembered: Remembered
  /** what is typed into the search field of the header */
  search: string
  help: boolean
}

/** Everything the page is made of, built once. */
export interface Page {
  readonly host: Host
  readonly clock: Clock
  readonly ticker: Ticker
  readonly router: Router
  readonly looks: StoreApi<Looks>
  readonly system: SystemStore
  readonly settings: SettingsStore
  readonly connections: ConnectionsStore
  readonly tokens: TokensStore
  readonly upkeep: UpkeepStore
  readonly registration: RegistrationStore
  readonly heartbeat: HeartbeatStore
  readonly overview: OverviewStore
  readonly incidents: IncidentsStore
  readonly connectors: ConnectorsStore
  readonly composer: ComposerStore
  readonly activity: ActivityStore
  readonly updates: UpdatesStore
  readonly pageClipboard: PageClipboard
  /** hands a file to the reader */
  readonly save: typeof saveText
  remember(change: Partial<Remembered>): void
  /** Begins to follow core, clock and address; returns the end of all. */
  start(): () => void
}

export interface PageParts {
  host: Host
  clock: Clock
  storage: Pick<Storage, 'getItem' | 'setItem'>
  clipboard: ClipboardDevice
  save?: typeof saveText
  /** BCP 47, best first */
  languages: readonly string[]
}

/** Builds the page; waits for the catalogue of the first language, without which it could say nothing. */
export async function createPage(parts: PageParts): Promise<Page> {
  const { host, clock, storage, clipboard, languages, save = saveText } = parts
  const remembered = readRemembered(storage)
  const language = remembered.language ?? languageOf(languages)
  const messages = await loadCatalogue(language)
  const looks = createStore<Looks>(() => ({ language, messages, remembered, search: '', help: false }))
  const ticker = createTicker(clock)
  const router = createRouter()
  const settings = createSettingsStore(host)
  const system = createSystemStore(host)

  function keep(change: Partial<Remembered>): void {
    remember(storage, change)
    looks.setState(({ remembered: before }) => ({ remembered: { ...before, ...change } }))
  }

  async function speak(wanted: Language): Promise<void> {
    if (wanted === looks.getState().language) return
    const catalogue = await loadCatalogue(wanted)
    looks.setState({ language: wanted, messages: catalogue })
  }

  /**
   * The chosen language and scheme, as soon as they are known. `auto` is the desktop's languages in its window; in a browser the
   * browser's own, for the host may speak another.
   */
  function followSettings(): () => void {
    const apply = (): void => {
      const chosen = settings.getState().settings
      if (!chosen) return
      const { info } = system.getState()
      const wanted =
        chosen.language === 'auto'
          ? languageOf(info?.host === 'desktop' ? info.languages : languages)
          : chosen.language
      const before = looks.getState().remembered
      if (before.language !== wanted || before.scheme !== chosen.scheme)
        keep({ language: wanted, scheme: chosen.scheme })
      void speak(wanted)
    }
    const ends = [settings.subscribe(apply), system.subscribe(apply)]
    return () => {
      for (const end of ends) end()
    }
  }

  const connections = createConnectionsStore(host)
  const tokens = createTokensStore(host, clock)
  const upkeep = createUpkeepStore(host)
  const activity = createActivityStore(host.client, clock)
  const connectors = createConnectorsStore(host)
  const composer = createComposerStore(host)
  const registration = createRegistrationStore(host)
  const heartbeat = createHeartbeatStore(host)
  const overview = createOverviewStore(host)
  const incidents = createIncidentsStore(host)

  /** The stores of one connection follow the active one before any view of it is drawn. */
  function followConnection(): () => void {
    const turn = (): void => {
      const chosenId = settings.getState().settings?.activeConnectionId ?? null
      const active = activeConnection(chosenId, connections.getState().list)
      const activeId = active?.id ?? null
      // An OpenAEV has none of these.
      const openCtiId = active?.kind === 'opencti' ? active.id : null
      tokens.actions.turnTo(openCtiId)
      registration.actions.turnTo(openCtiId)
      overview.actions.turnTo(openCtiId)
      connectors.actions.turnTo(activeId)
      activity.actions.turnTo(activeId)
    }
    const ends = [settings.subscribe(turn), connections.subscribe(turn)]
    return () => {
      for (const end of ends) end()
    }
  }

  const page: Page = {
    host,
    clock,
    ticker,
    router,
    looks,
    system,
    settings,
    connections,
    tokens,
    upkeep,
    registration,
    heartbeat,
    overview,
    incidents,
    connectors,
    composer,
    activity,
    updates: createUpdatesStore(host),
    save,
    pageClipboard: createPageClipboard(clipboard, clock),
    remember: keep,
    start() {
      const ends = [
        followSettings(),
        followConnection(),
        ticker.start(),
        router.start(),
        settings.start(),
        system.start(),
        connections.start(),
        tokens.start(),
        upkeep.start(),
        heartbeat.start(),
        incidents.start(),
        outdateOnResponses(incidents, tokens),
        composer.start(),
        startTitlesWhenCut(),
        // A search belongs to the list it was typed over.
        router.store.subscribe(() => looks.setState({ search: '' })),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
  return page
}
