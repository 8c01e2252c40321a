import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession } from 'playwright-core'
import { disguises } from './canary.ts'
import { processTree } from './process-tree.ts'

/** A class of places where a secret could lie, and how to look into it now. */
export interface Place {
  readonly name: string
  /** what lies there → its bytes */
  read(): Promise<Map<string, Buffer>> | Map<string, Buffer>
}

export interface Search {
  /** "page heap: snapshot holds wrong-token", for each secret in any disguise */
  readonly hits: readonly string[]
  /** bytes that were looked through, by place */
  readonly bytes: Readonly<Record<string, number>>
}

/** @param secrets values by the name under which a hit is told; a value itself is never printed */
export async function searchPlaces(
  places: readonly Place[],
  secrets: Readonly<Record<string, string>>,
): Promise<Search> {
  const looks = Object.entries(secrets).map(([name, value]) => ({ name, looks: disguises(value) }))
  const hits: string[] = []
  const bytes: Record<string, number> = {}
  for (const place of places) {
    bytes[place.name] = 0
    for (const [item, content] of await place.read()) {
      bytes[place.name] = (bytes[place.name] ?? 0) + content.length
      for (const secret of looks)
        if (secret.looks.some((look) => content.includes(look)))
          hits.push(`${place.name}: ${item} holds ${secret.name}`)
    }
  }
  return { hits, bytes }
}

/** Every file below a folder, as it is while programs write: databases and their logs, logs, dumps, caches. */
export const filesIn = (name: string, folder: string): Place => ({
  name,
  read() {
    const found = new Map<string, Buffer>()
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      try {
        found.set(path, readFileSync(path))
      } catch {
        // It went while it was looked for.
      }
    }
    return found
  },
})

/** Words that were written or said so far. */
export const wordsOf = (name: string, words: () => string): Place => ({
  name,
  read: () => new Map([[name, Buffer.from(words())]]),
})

/** How every process of the test was started, as others on the machine can read it. */
export const commandLines: Place = {
  name: 'command lines and environments',
  read() {
    const found = new Map<string, Buffer>()
    for (const pid of processTree(process.pid))
      for (const what of ['cmdline', 'environ'])
        try {
          found.set(`${what} of ${pid}`, readFileSync(`/proc/${pid}/${what}`))
        } catch {
          // It ended while it was looked for.
        }
    return found
  },
}

/** The page as everybody can find it who can look into it: what it stores, shows, tells screen readers, and its heap. */
export function pagePlaces(session: CDPSession): Place[] {
  const evaluated = async (expression: string): Promise<string> => {
    const { result } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    return String(result.value)
  }
  return [
    {
      name: 'page storage',
      read: async () => new Map([['storage', Buffer.from(await evaluated(STORAGE))]]),
    },
    {
      name: 'page document',
      read: async () => new Map([['document', Buffer.from(await evaluated(DOCUMENT))]]),
    },
    {
      name: 'titles and history',
      async read() {
        const history = await session.send('Page.getNavigationHistory')
        return new Map([['history', Buffer.from(JSON.stringify(history))]])
      },
    },
    {
      name: 'accessibility tree',
      async read() {
        const tree = await session.send('Accessibility.getFullAXTree')
        return new Map([['tree', Buffer.from(JSON.stringify(tree))]])
      },
    },
    {
      name: 'page heap',
      async read() {
        const pieces: string[] = []
        const hear = ({ chunk }: { chunk: string }): void => void pieces.push(chunk)
        session.on('HeapProfiler.addHeapSnapshotChunk', hear)
        await session.send('HeapProfiler.enable')
        // Twice: what a finished collection frees may hold more.
        await session.send('HeapProfiler.collectGarbage')
        await session.send('HeapProfiler.collectGarbage')
        await session.send('HeapProfiler.takeHeapSnapshot')
        session.off('HeapProfiler.addHeapSnapshotChunk', hear)
        return new Map([['snapshot', Buffer.from(pieces.join(''))]])
      },
    },
  ]
}

/** All that a page can keep beyond its life. */
const STORAGE = `(async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const databases = []
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      const open = database.transaction(store).objectStore(store)
      databases.push([name, store, await asked(open.getAllKeys()), await asked(open.getAll())])
    }
    database.close()
  }
  const kept = []
  for (const name of await globalThis.caches?.keys().catch(() => []) ?? []) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) kept.push([name, request.url, await (await cache.match(request)).text()])
  }
  return JSON.stringify({
    local: { ...localStorage }, session: { ...sessionStorage }, databases, kept, cookies: document.cookie,
    state: history.state, address: location.href, name: window.name, title: document.title,
  })
})()`

/** What it shows, and what is typed into its fields, which the markup does not tell. */
const DOCUMENT = `JSON.stringify([
  document.documentElement.outerHTML,
  ...[...document.querySelectorAll('input, textarea, select')].map(({ value }) => value),
])`

/** Everything that is said on a session's bus from now on: notifications, tray, and whatever else. */
export async function listenOnBus(address: string): Promise<Place & { end(): Promise<void> }> {
  const monitor = spawn('dbus-monitor', ['--address', address], { stdio: ['ignore', 'pipe', 'ignore'] })
  const said: Buffer[] = []
  monitor.stdout.on('data', (piece: Buffer) => said.push(piece))
  await once(monitor.stdout, 'data')
  return {
    name: 'notifications and all else on the session’s bus',
    read: () => new Map([['bus', Buffer.concat(said)]]),
    async end() {
      const ended = once(monitor, 'exit')
      monitor.kill('SIGTERM')
      await ended
    },
  }
}
