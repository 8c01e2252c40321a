import '@fontsource-variable/inter/wght.css'
import { MantineProvider } from '@mantine/core'
import '../../../renderer/app/base.css'
import '../../../renderer/app/component-styles.ts'
import { type ReactNode, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { TokenCrowd } from '#shared/domain/findings.ts'
import { jsonText } from '#shared/domain/json-text.ts'
import { cssVariables, theme } from '../../../renderer/app/theme.ts'
import type { ConsoleClient, Host } from '../../../renderer/client.ts'
import { useInventoryColumns } from '../../../renderer/features/inventory/columns.tsx'
import { InventoryProvider } from '../../../renderer/features/inventory/context.tsx'
import { InventoryView } from '../../../renderer/features/inventory/InventoryView.tsx'
import { FIRST_COLUMNS, type InventoryRow } from '../../../renderer/features/inventory/row.ts'
import { createInventoryStore } from '../../../renderer/features/inventory/store.ts'
import { loadCatalogue } from '../../../renderer/i18n/catalogue.ts'
import { TextProvider } from '../../../renderer/i18n/text.tsx'
import { createTicker, TickerProvider } from '../../../renderer/ui/clock.tsx'
import type { GridColumn } from '../../../renderer/ui/GridParts.tsx'
import { browserIdle } from '../../../renderer/ui/row-index/slices.ts'
import { inventoryStatus } from '../inventory-world.ts'
import { manualClock } from '../manual-clock.ts'
import { OurTable, ourTable } from './ours.tsx'
import { PlainTable, plainTable } from './plain.tsx'
import { COUNT, hashOf, inventory, NOW } from './rows.ts'
import type { BenchTable } from './table.ts'

/** `?side=plain|ours|view`; `window.bench` is what the benchmark drives. */
const side = new URLSearchParams(window.location.search).get('side')
const clock = manualClock(NOW)
const ticker = createTicker(clock)
const messages = await loadCatalogue('en')
const { owners, tokens } = inventory()

const { port1, port2 } = new MessageChannel()
port1.start()

/** As over the port to a core: the answer is a task of its own. */
function answer(): Promise<void> {
  return new Promise((arrived) => {
    port1.addEventListener('message', () => arrived(), { once: true })
    port2.postMessage(null)
  })
}

/** Tokens a piece, as the core hands them out. */
const PIECE = 1_000

/** A core in memory whose inventory comes in pieces, and then what `beat` changes. */
function memoryHost(): { host: Host; beat: (row: number) => void } {
  let heard: (status: InventoryStatus) => void = () => {}
  let revision = 1
  let waiting = tokens
  const status = (): InventoryStatus =>
    inventoryStatus({ people: [] }, { tokens: COUNT, readAt: NOW, revision })
  const rows = async ({ cursor }: { cursor: string | null }) => {
    await answer()
    const piece = waiting.slice(0, PIECE)
    waiting = waiting.slice(PIECE)
    return jsonText({
      reset: cursor === null,
      owners: [...new Set(piece.map(({ owner }) => owner))].flatMap((owner) => owners[owner] ?? []),
      tokens: piece,
      removed: [],
      cursor: `bench.${revision}`,
      more: waiting.length > 0,
      revision,
    })
  }
  const host = {
    client: { inventory: { rows } } as unknown as ConsoleClient,
    follow(_open: unknown, listener: typeof heard) {
      heard = listener
      heard(status())
      return () => {}
    },
  } as unknown as Host
  return {
    host,
    beat(row) {
      const token = tokens[row]
      if (!token) throw new Error(`There is no token ${row}`)
      revision++
      waiting = [{ ...token, name: `beat ${revision}`, lastUsedAt: NOW + revision }]
      heard(status())
    },
  }
}

const { host, beat } = memoryHost()
const store = createInventoryStore(host, clock, browserIdle)
const environment = {
  store,
  client: host.client,
  keepsRevoked: false,
  plansOf: () => null,
  isConnected: true,
  views: [],
  onViews: () => {},
  onColumns: () => {},
  onShowUser: () => {},
  onTab: () => {},
  onRevoke: () => {},
  save: () => {},
  selectionActions: null,
}

function Surroundings({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="light">
      <TickerProvider ticker={ticker}>
        <TextProvider language="en" messages={messages}>
          <InventoryProvider value={environment}>{children}</InventoryProvider>
        </TextProvider>
      </TickerProvider>
    </MantineProvider>
  )
}

/** With the e-mail address, which the inventory's search reads too. */
const SHOWN_COLUMNS = [...FIRST_COLUMNS, 'email'] as const

/** The inventory's own cells in both tables; without the box to tick, which wants a selection. */
function WithColumns({ children }: { children: (columns: GridColumn<InventoryRow>[]) => ReactNode }) {
  const [, ...columns] = useInventoryColumns(SHOWN_COLUMNS)
  return children(columns)
}

const box = document.createElement('div')
document.body.append(box)
const root = createRoot(box)

function tableOf(rows: InventoryRow[]): BenchTable {
  if (side === 'plain') {
    return plainTable((handle, first) => {
      root.render(
        <Surroundings>
          <WithColumns>
            {(columns) => <PlainTable first={first} columns={columns} handle={handle} />}
          </WithColumns>
        </Surroundings>,
      )
    }, rows)
  }
  return ourTable((index, handle) => {
    root.render(
      <Surroundings>
        <WithColumns>{(columns) => <OurTable index={index} columns={columns} handle={handle} />}</WithColumns>
      </Surroundings>,
    )
  }, rows)
}

function Shown({ onShown }: { onShown: () => void }) {
  useLayoutEffect(onShown)
  return null
}

/** ms until the page has laid out what `deed` changed. */
function time(deed: () => void): number {
  const start = performance.now()
  deed()
  // Reading a size makes the browser lay out.
  void box.offsetHeight
  return performance.now() - start
}

function build() {
  const crowd = new TokenCrowd()
  const rows = tokens.map((token) => ({
    ...token,
    holder: owners[token.owner] as (typeof owners)[number],
    place: crowd.add(token, token.owner),
    findings: 0,
  }))
  const table = tableOf(rows)
  return {
    mount: () => time(table.mount),
    sort: () => time(table.sortByName),
    search: (text: string) => time(() => table.searchFor(text)),
    replace(at: number, name: string) {
      const row = rows[at] as InventoryRow
      return time(() => table.replace({ ...row, name }))
    },
    hash: () => hashOf(table.shown()),
  }
}

/** The view as the console has it, over a store that follows a core. */
async function view() {
  await new Promise<void>((shown) => {
    root.render(
      <Surroundings>
        <main data-scroller style={{ height: 760, overflow: 'auto' }}>
          <div>
            <InventoryView search="" />
          </div>
        </main>
        <Shown onShown={shown} />
      </Surroundings>,
    )
  })
  store.actions.turnTo('bench')
  store.actions.show({ sort: [{ column: 'last-used', descending: true }] })
  return {
    /** ms from the core's word that a token was used until its cell says so; the row comes to stand first. */
    async beat(row: number) {
      const start = performance.now()
      const first = (): string => document.querySelector('[role=rowheader]')?.textContent ?? ''
      const before = first()
      return new Promise<number>((done) => {
        const watcher = new MutationObserver(() => {
          if (first() === before) return
          watcher.disconnect()
          void box.offsetHeight
          done(performance.now() - start)
        })
        watcher.observe(box, { subtree: true, childList: true, characterData: true })
        beat(row)
      })
    },
    /** ms between frames while the list scrolls by `step` px a frame. */
    async scroll(step: number, frames: number) {
      const scroller = document.querySelector<HTMLElement>('[data-scroller]')
      if (!scroller) throw new Error('nothing to scroll')
      const nextFrame = () => new Promise<number>((drawn) => requestAnimationFrame(drawn))
      const times: number[] = []
      let before = await nextFrame()
      for (let at = 0; at < frames; at++) {
        scroller.scrollTop += step
        const now = await nextFrame()
        times.push(now - before)
        before = now
      }
      return times
    },
    /** Resolves when every piece came, was judged and got ready. */
    async loaded() {
      while (store.getState().counts === null) await new Promise((later) => setTimeout(later, 20))
    },
  }
}

// The page is there before the table is.
await new Promise<void>((shown) =>
  root.render(
    <Surroundings>
      <WithColumns>{() => <Shown onShown={shown} />}</WithColumns>
    </Surroundings>,
  ),
)
Object.assign(window, { bench: side === 'view' ? await view() : build() })
document.body.setAttribute('data-ready', 'yes')
