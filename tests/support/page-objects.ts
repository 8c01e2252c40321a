import type { CDPSession } from 'playwright-core'

/** What scripts make; the rest of a heap is code that the engine compiled and the browser's own records. */
const OF_SCRIPTS = new Set([
  ...['object', 'closure', 'array', 'regexp', 'number', 'symbol', 'bigint', 'object shape'],
  ...['string', 'concatenated string', 'sliced string'],
])

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] }
  }
  readonly nodes: number[]
}

/** Bytes of everything that the page's scripts made and still hold, after a full collection. */
export async function objectBytes(session: CDPSession): Promise<number> {
  const pieces: string[] = []
  const hear = ({ chunk }: { chunk: string }): void => void pieces.push(chunk)
  session.on('HeapProfiler.addHeapSnapshotChunk', hear)
  await session.send('HeapProfiler.takeHeapSnapshot')
  session.off('HeapProfiler.addHeapSnapshotChunk', hear)
  const { snapshot, nodes }: Snapshot = JSON.parse(pieces.join(''))
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')]
  let bytes = 0
  for (let at = 0; at < nodes.length; at += fields.length)
    if (OF_SCRIPTS.has(types[0][nodes[at + type] ?? -1] ?? '')) bytes += nodes[at + size] ?? 0
  return bytes
}
