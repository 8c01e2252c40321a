import '@mantine/core/styles/baseline.layer.css'
import '@mantine/core/styles/default-css-variables.layer.css'
import '@mantine/core/styles/global.layer.css'
import { type ReactNode, useEffect, useRef } from 'react'
import { T, useText } from '../i18n/text.tsx'
import { fetched } from '../ui/fetched.ts'
import { Icon } from '../ui/icons.tsx'
import { isApple } from './apple.ts'
import classes from './Frame.module.css'
import { hasSearch, searchLabel } from './header-search.ts'
import { lazyPart, Part } from './Part.tsx'
import { useActiveConnection, useLooks, usePage, useRoute } from './page-context.tsx'
import { addressOf, type Route, VIEWS, type ViewId } from './routes.ts'
import { useShortcuts } from './shortcuts.ts'

// The frame stands first; everything that takes longer to evaluate comes right after it.
const rest = () => import('./rest.tsx')
const Views = lazyPart(async () => ({ default: (await rest()).Views }))
const Switcher = lazyPart(async () => ({ default: (await rest()).Switcher }))
const Status = lazyPart(async () => ({ default: (await rest()).Status }))
const Overlays = lazyPart(async () => ({ default: (await rest()).Overlays }))

const FIRST_OF: Record<ViewId, Route> = {
  overview: { view: 'overview', part: 'now' },
  tokens: { view: 'tokens', scope: 'mine' },
  'xtm-one': { view: 'xtm-one' },
  connectors: { view: 'connectors', connectorId: null },
  activity: { view: 'activity' },
  settings: { view: 'settings', section: 'connections' },
}

/** Navigation at the left, header, the view, and how things stand at the bottom. */
export function Frame() {
  const text = useText()
  const { router } = usePage()
  const route = useRoute()
  const searchRef = useRef<HTMLInputElement>(null)
  const mainRef = useRef<HTMLElement>(null)
  useShortcuts({
    onView: (index) => {
      const view = VIEWS[index]
      if (view) router.go(FIRST_OF[view])
    },
    onSearch: () => searchRef.current?.focus(),
    onPalette: () => void openPalette(),
  })
  const title = text(`nav.${route.view}`)

  useEffect(() => {
    document.title = `${title} · Gatehouse`
  }, [title])

  const place = addressOf(route)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place starts at its top
  useEffect(() => {
    // Newer Chromium answers with a promise, which React would take for the effect's end.
    void mainRef.current?.scrollTo(0, 0)
  }, [place])

  return (
    <div className={classes.frame}>
      <button type="button" className={classes.skip} onClick={() => mainRef.current?.focus()}>
        <T id="nav.skip" />
      </button>
      <aside className={classes.side} aria-label={text('nav.side')}>
        <div className={classes.switcher}>
          <Part quiet>
            <Switcher />
          </Part>
        </div>
        <nav aria-label={text('nav.main')}>
          {VIEWS.map((view, index) => (
            <button
              key={view}
              type="button"
              className={classes.item}
              aria-current={route.view === view ? 'page' : undefined}
              aria-keyshortcuts={`${isApple() ? 'Meta' : 'Control'}+${index + 1}`}
              onClick={() => router.go(FIRST_OF[view])}
              data-testid={`nav-${view}`}
            >
              <span>{text(`nav.${view}`)}</span>
              <Key>
                {isApple() ? '⌘' : 'Ctrl '}
                {index + 1}
              </Key>
            </button>
          ))}
        </nav>
      </aside>
      <header className={classes.header}>
        <h1 className={classes.title}>{title}</h1>
        <HeaderTools searchRef={searchRef} />
      </header>
      <main id="main" ref={mainRef} className={classes.main} data-scroller tabIndex={-1}>
        <div className={classes.content}>
          <Part>
            <Views />
          </Part>
        </div>
      </main>
      <footer className={classes.footer}>
        <Part quiet>
          <Status />
        </Part>
      </footer>
      <Part quiet>
        <Overlays />
      </Part>
    </div>
  )
}

function HeaderTools({ searchRef }: { searchRef: React.RefObject<HTMLInputElement | null> }) {
  const text = useText()
  const page = usePage()
  const route = useRoute()
  const search = useLooks((looks) => looks.search)
  const singleKeys = useLooks((looks) => looks.remembered.singleKeys)
  const kind = useActiveConnection()?.kind ?? 'opencti'
  const label = text(searchLabel(route))
  return (
    <div className={classes.tools}>
      {hasSearch(route, kind) && (
        <label className={classes.search}>
          <Icon name="search" />
          <input
            ref={searchRef}
            type="search"
            aria-label={label}
            placeholder={label}
            value={search}
            maxLength={256}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => page.looks.setState({ search: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape') page.looks.setState({ search: '' })
            }}
            data-testid="search"
          />
          {singleKeys && <Key>/</Key>}
        </label>
      )}
      <button
        type="button"
        className={classes.tool}
        onClick={() => void openPalette()}
        aria-keyshortcuts={isApple() ? 'Meta+K' : 'Control+K'}
        data-testid="palette"
      >
        <T id="palette.open" />
        <Key>{isApple() ? '⌘K' : 'Ctrl K'}</Key>
      </button>
      <button
        type="button"
        className={classes.tool}
        onClick={() => page.looks.setState({ help: true })}
        data-testid="help"
      >
        <T id="help.open" />
        {singleKeys && <Key>?</Key>}
      </button>
    </div>
  )
}

async function openPalette(): Promise<void> {
  const { openPalette: open } = await fetched(rest)
  open()
}

/** A key in words, for the eye; readers get `aria-keyshortcuts`. */
function Key({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd element takes no focus
    <kbd className={classes.key} aria-hidden="true">
      {children}
    </kbd>
  )
}
