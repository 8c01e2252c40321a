/**
 * Pictures of view states: `node tests/page/screenshots.ts OUT [filter] [--matrix] [--forced]`. Without `--matrix` each
 * state once, light, English, 1280×800; with it in both schemes, German and Japanese, and at 900×640 too; `--look=ru-dark`
 * that one; `--size=1024x700` at that size; `--forced` in the colours of a contrast theme. `filter` is a regular expression.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { chromium } from 'playwright-core'
import { build, type InlineConfig, preview } from 'vite'

const LOOKS = [
  { language: 'en', scheme: 'light', width: 1280, height: 800 },
  { language: 'en', scheme: 'dark', width: 1280, height: 800 },
  { language: 'de', scheme: 'light', width: 900, height: 640 },
  { language: 'ja', scheme: 'dark', width: 900, height: 640 },
] as const

const [out = 'pictures', filter = ''] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const size = process.argv
  .find((word) => word.startsWith('--size='))
  ?.slice('--size='.length)
  .split('x')
const forcedColors = process.argv.includes('--forced') ? 'active' : 'none'
const only = process.argv.find((word) => word.startsWith('--look='))?.slice('--look='.length)
const looks = process.argv.includes('--matrix') ? LOOKS : [lookOf(only ?? 'en-light')]

/** `ru-dark`: one of the looks above, or any other language on the small page. */
function lookOf(name: string) {
  const [language = 'en', scheme = 'light'] = name.split('-')
  const known = LOOKS.find((look) => look.language === language && look.scheme === scheme)
  if (size) return { language, scheme, width: Number(size[0]), height: Number(size[1]) }
  return known ?? { language, scheme, width: 900, height: 640 }
}

const root = resolve(import.meta.dirname, '../..')
const built = await mkdtemp(join(tmpdir(), 'gatehouse-pictures-'))
const shared = {
  root,
  configFile: false,
  plugins: [react()],
  publicDir: 'renderer/public',
  logLevel: 'error',
} satisfies InlineConfig
await build({
  ...shared,
  build: {
    outDir: built,
    target: 'chrome130',
    cssTarget: 'chrome130',
    rollupOptions: { input: join(root, 'tests/page/harness.html') },
  },
})
const server = await preview({ ...shared, build: { outDir: built }, preview: { port: 0, host: '127.0.0.1' } })
const address = `${server.resolvedUrls?.local[0] ?? ''}tests/page/harness.html`
const browser = await chromium.launch({
  executablePath: process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: false,
})
try {
  await mkdir(out, { recursive: true })
  const list = await browser.newPage()
  await list.goto(address)
  await list.waitForSelector('body[data-ready]', { timeout: 60_000 })
  const ids = ((await list.textContent('body')) ?? '').split('\n').filter((id) => new RegExp(filter).test(id))
  for (const look of looks) {
    const page = await browser.newPage({
      viewport: { width: look.width, height: look.height },
      forcedColors,
      colorScheme: look.scheme === 'dark' ? 'dark' : 'light',
    })
    page.on('pageerror', (error) => console.error(`  ${error.message}`))
    for (const id of ids) {
      await page.goto('about:blank')
      await page.goto(`${address}?state=${id}&scheme=${look.scheme}&language=${look.language}`)
      const ready = await page
        .waitForSelector('body[data-ready]', { timeout: 20_000 })
        .then((body) => body.getAttribute('data-ready'), String)
      if (ready !== 'yes') console.error(`${id}: ${ready}`)
      await page.evaluate(() => document.fonts.ready.then(() => {}))
      await page.screenshot({ path: join(out, `${id}-${look.language}-${look.scheme}-${look.width}.png`) })
    }
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
  await rm(built, { recursive: true })
}
