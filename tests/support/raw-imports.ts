import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const OURS = /\/electron\/.*\.json$/

/** Lets plain Node import `./file?raw` as text and a catalogue without an attribute, as the bundler does; import this file first. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('?raw')
      ? { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
      : next(specifier, context),
  load(url, context, next) {
    if (OURS.test(url)) return exporting(readFileSync(new URL(url), 'utf8'))
    if (!url.endsWith('?raw')) return next(url, context)
    return exporting(JSON.stringify(readFileSync(new URL(url.slice(0, -'?raw'.length)), 'utf8')))
  },
})

const exporting = (json: string) => ({
  format: 'module' as const,
  source: `export default ${json}`,
  shortCircuit: true,
})
