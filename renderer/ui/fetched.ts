/** A file of the page could not be had, however often it was asked for. */
export class PartLostError extends Error {
  constructor(cause: unknown) {
    super('A part of the page could not be loaded', { cause })
    this.name = 'PartLostError'
  }
}

/** A network that changes under the page loses whatever is asked of it for a second or two. */
const PAUSES_MS = [0, 300, 1_000, 3_000]

export interface Ways {
  /** asks again for the style that an error of `load` names, and is there when the style is */
  readonly style: (error: unknown) => Promise<unknown>
  readonly pause: (ms: number) => Promise<unknown>
}

/**
 * What `load` imports; asked for again, with longer and longer pauses, where a request was lost, a style that it needs included.
 * @throws PartLostError when it stays lost
 */
export async function fetched<Module>(
  load: () => Promise<Module>,
  { style, pause }: Ways = { style: lostStyle, pause: passing },
): Promise<Module> {
  let lost: unknown
  const attempt = async (): Promise<{ module: Module } | null> => {
    try {
      // A style that is lost once more stays the one to ask for: the bundler's loader does not name it again.
      if (lost !== undefined) await style(lost)
    } catch {
      return null
    }
    return load().then(
      (module) => ({ module }),
      (error: unknown) => {
        lost = error
        return null
      },
    )
  }
  let had = await attempt()
  for (const ms of PAUSES_MS) {
    if (had) break
    await pause(ms)
    had = await attempt()
  }
  if (!had) throw new PartLostError(lost)
  return had.module
}

const passing = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms))

/** Two parts may wait for one style: it is asked for once, and both are told. */
const asked = new Map<string, Promise<unknown>>()

/** Asks again for the style that the bundler's loader could not get; by itself it takes one that it once named for loaded. */
function lostStyle(error: unknown): Promise<unknown> {
  const address = /^Unable to preload CSS for (.+)$/.exec(String((error as Error).message))?.[1]
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')]
  const link = links.find(({ href }) => href === address)
  if (!link) return Promise.resolve()
  const asking = asked.get(link.href)
  if (asking) return asking
  const again = document.createElement('link')
  const loaded = new Promise((resolve, reject) => {
    again.addEventListener('load', resolve)
    again.addEventListener('error', reject)
  }).finally(() => asked.delete(link.href))
  asked.set(link.href, loaded)
  Object.assign(again, { rel: 'stylesheet', href: link.href })
  link.replaceWith(again)
  return loaded
}
