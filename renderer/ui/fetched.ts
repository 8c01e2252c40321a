/** A file of the page could not be had, not the second time either. */
export class PartLostError extends Error {
  constructor(cause: unknown) {
    super('A part of the page could not be loaded', { cause })
    this.name = 'PartLostError'
  }
}

/**
 * What `load` imports; asked for once more where a request was lost, a style that it needs included.
 * @throws PartLostError when it is lost again
 */
export async function fetched<Module>(
  load: () => Promise<Module>,
  style: (error: unknown) => Promise<unknown> = lostStyle,
): Promise<Module> {
  try {
    return await load()
  } catch (first) {
    try {
      await style(first)
      return await load()
    } catch (error) {
      throw new PartLostError(error)
    }
  }
}

/** Asks again for the style that the bundler's loader could not get; by itself it takes one that it once named for loaded. */
async function lostStyle(error: unknown): Promise<unknown> {
  const address = /^Unable to preload CSS for (.+)$/.exec(String((error as Error).message))?.[1]
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')]
  const link = links.find(({ href }) => href === address)
  if (!link) return
  const again = document.createElement('link')
  const loaded = new Promise((resolve, reject) => {
    again.addEventListener('load', resolve)
    again.addEventListener('error', reject)
  })
  Object.assign(again, { rel: 'stylesheet', href: link.href })
  link.replaceWith(again)
  return loaded
}
