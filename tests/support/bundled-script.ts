import { join } from 'node:path'
import { build } from 'vite'

/**
 * Bundles a script of this folder, once for its many short lives, so that each begins quickly.
 * @param name without ending
 * @param folder where the bundle may lie
 * @returns path of the bundle
 */
export async function bundledScript(name: string, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(import.meta.dirname, `${name}.ts`),
      outDir: join(folder, 'child'),
      emptyOutDir: true,
      target: 'node24',
      rollupOptions: { output: { format: 'es', entryFileNames: `${name}.mjs` } },
    },
    ssr: { noExternal: true },
  })
  return join(folder, 'child', `${name}.mjs`)
}
