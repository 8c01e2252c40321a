import { readdirSync, readFileSync } from 'node:fs'

/** The process and everything that it started, from /proc. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const text = readOr(`/proc/${name}/stat`)
    // The name in parentheses may hold anything, so the fields are counted from its end.
    const parent = text.slice(text.lastIndexOf(')') + 2).split(' ')[1]
    if (parent) parents.set(Number(name), Number(parent))
  }
  const found = [root]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found
}

/** How a process says that it was started, as anybody on the machine may read it; Chromium's children write spaces. */
export function commandLine(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

/** CPU time that the tree has used, in ms: every thread, as the scheduler counts it in ns. */
export function cpuOfTree(root: number): number {
  let ns = 0
  for (const pid of processTree(root))
    for (const thread of listOr(`/proc/${pid}/task`))
      ns += Number(readOr(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0)
  return ns / 1e6
}

/** Resident set of the tree in MB: `rss` counts what is shared in each process, `pss` once. */
export function memoryOfTree(root: number): { readonly rss: number; readonly pss: number } {
  const pages = processTree(root).map((pid) => readOr(`/proc/${pid}/smaps_rollup`))
  const sum = (name: string): number =>
    pages.reduce(
      (total, text) => total + Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0),
      0,
    )
  return { rss: sum('Rss') / 1024, pss: sum('Pss') / 1024 }
}

/** A process may end while it is looked at. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function listOr(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
