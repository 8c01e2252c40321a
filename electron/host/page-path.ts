import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

/**
 * The real file of a requested path inside `root`, or null when there is none or it would leave the folder.
 * @param root an existing folder
 * @param urlPath path of the address as it came, percent-encoded, starting with `/`
 */
export async function pageFile(root: string, urlPath: string): Promise<string | null> {
  const path = decoded(urlPath)
  if (path === null) return null
  try {
    const realRoot = await realpath(root)
    const file = await realpath(join(realRoot, path === '/' ? 'index.html' : path))
    return isInside(realRoot, file) ? file : null
  } catch {
    return null
  }
}

/**
 * SECURITY: compared path by path after links are followed; a prefix comparison would let `/root-evil` pass for `/root`.
 */
export function isInside(root: string, file: string): boolean {
  const way = relative(root, file)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function decoded(urlPath: string): string | null {
  try {
    const path = decodeURIComponent(urlPath)
    // SECURITY: a backslash is a separator on Windows, a NUL ends a path for the system.
    return path.startsWith('/') && !path.includes('\\') && !path.includes('\0') ? path : null
  } catch {
    return null
  }
}
