import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Lets plain Node import `./file?raw` as text, as the bundler does; import this file first. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('?raw')
      ? { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
      : next(specifier, context),
  load(url, context, next) {
    if (!url.endsWith('?raw')) return next(url, context)
    const text = readFileSync(new URL(url.slice(0, -'?raw'.length)), 'utf8')
    return { format: 'module', source: `export default ${JSON.stringify(text)}`, shortCircuit: true }
  },
})
