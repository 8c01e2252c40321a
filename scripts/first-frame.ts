import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type HtmlTagDescriptor, type Plugin } from 'vite'
import { DARK, LIGHT, type SchemeColours } from '../renderer/app/colours.ts'
import { FONT_FAMILY, schemeVariables } from '../renderer/app/variables.ts'
import { FIRST_TEXTS } from '../renderer/first-frame/texts.ts'
import { LANGUAGES } from '../shared/domain/languages.ts'

/** The one font file that every language needs at once. */
const FIRST_FONT = /inter-latin-wght-normal-[\w-]+\.woff2$/

/**
 * Puts the first frame into index.html: its script and the styles that the app's entry needs, so that the first picture waits
 * for no second file (docs/decisions/0143). The app's own script is fetched meanwhile and runs after that picture. Vite gives
 * each tag the nonce of the load.
 * @param root the repository's
 */
export function firstFrame(root: string): Plugin {
  return {
    name: 'first-frame',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle = {} }) {
        const script = oneOf(/<script type="module"[^>]* src="([^"]+)"[^>]*><\/script>\n?/, html)
        const sheet = oneOf(/<link rel="stylesheet"[^>]* href="\.\/([^"]+)"[^>]*>\n?/, html)
        const styles = bundle[sheet.named]
        if (styles?.type !== 'asset') throw new Error(`No style ${sheet.named} in the build`)
        const font = Object.keys(bundle).find((file) => FIRST_FONT.test(file))
        return {
          html: html.replace(script.tag, '').replace(sheet.tag, ''),
          tags: [
            link({ rel: 'preload', as: 'font', type: 'font/woff2', href: `./${font}` }),
            link({ rel: 'modulepreload', href: script.named }),
            // Not loaded: it says to chunks that need this style that it is there.
            link({ rel: 'stylesheet', href: `./${sheet.named}`, disabled: true }),
            { tag: 'style', children: withoutSwap(String(styles.source)) + variables(), injectTo: 'head' },
            {
              tag: 'script',
              attrs: { 'data-app': script.named },
              children: await scriptOf(root),
              injectTo: 'body',
            },
          ],
        }
      },
    },
  }
}

function link(attrs: Record<string, string | boolean>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { crossorigin: true, ...attrs }, injectTo: 'head' }
}

function oneOf(pattern: RegExp, html: string): { tag: string; named: string } {
  const [tag, named] = pattern.exec(html) ?? []
  if (!tag || !named) throw new Error(`index.html has nothing like ${pattern}`)
  return { tag, named }
}

/** Fonts come from the disk, in a moment: text waits for its own instead of being drawn in another and then jumping. */
function withoutSwap(css: string): string {
  return css.replaceAll('font-display:swap', 'font-display:block').replaceAll('url(./', 'url(./assets/')
}

/** What the component library sets as soon as it runs. */
function variables(): string {
  const rule = (selector: string, named: Record<string, string>): string =>
    `${selector}{${Object.entries(named)
      .map(([name, value]) => `${name}:${value}`)
      .join(';')}}`
  const scheme = (name: string, colours: SchemeColours): string =>
    rule(`:root[data-mantine-color-scheme=${name}]`, schemeVariables(colours))
  return (
    rule(':root', { '--mantine-font-family': FONT_FAMILY }) + scheme('light', LIGHT) + scheme('dark', DARK)
  )
}

/** The script in one piece. Its style's names are those of the app's build, for they come from the same file. */
async function scriptOf(root: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: join(root, 'renderer'),
    logLevel: 'warn',
    define: { GATEHOUSE_FIRST_TEXTS: JSON.stringify(textsOf(root)) },
    build: {
      write: false,
      minify: 'oxc',
      target: 'chrome130',
      lib: {
        entry: join(root, 'renderer/first-frame/first-frame.ts'),
        name: 'firstFrame',
        formats: ['iife'],
      },
    },
  })
  const [bundle] = Array.isArray(built) ? built : [built]
  if (!bundle || !('output' in bundle)) throw new Error('The first frame was not built')
  return bundle.output[0].code.trim()
}

function textsOf(root: string): Record<string, Record<string, string>> {
  return Object.fromEntries(
    LANGUAGES.map((language) => {
      const file = join(root, 'renderer/i18n/catalogues', language, 'shell.json')
      const catalogue = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
      return [language, Object.fromEntries(FIRST_TEXTS.map((id) => [id, catalogue[id] ?? '']))]
    }),
  )
}
