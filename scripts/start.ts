import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt } from './build-parts.ts'
import { ensurePackages, WINDOW_PACKAGES } from './debian-packages.ts'
import { obtainElectron } from './electron-binary.ts'

/** How a start of Electron ended. `unable`: it cannot run here (missing libraries, no usable sandbox). */
type Ended = { readonly code: number } | 'unable'

const root = join(import.meta.dirname, '..')

await ensureBuilt('all')
const ended = hasDisplay() ? await openWindow() : 'unable'
if (ended === 'unable') {
  console.error('No desktop window can be opened here, so Gatehouse serves your browser. Open this address:')
  await import(join(root, 'out', 'main', 'serve.js'))
} else {
  process.exitCode = ended.code
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

async function openWindow(): Promise<Ended> {
  ensurePackages(WINDOW_PACKAGES)
  const binary = obtainElectron()
  if (!binary) return 'unable'
  // Chromium's sandbox refuses root; everybody else keeps it.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const shell = spawn(binary, [...asRoot, root, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => shell.kill(signal))
  return new Promise((resolve) => {
    shell.on('error', () => resolve('unable'))
    shell.on('exit', (code, signal) => {
      // 127: a shared library is missing. Chromium traps when it finds no sandbox that it may use.
      if (code === 127 || signal === 'SIGTRAP' || signal === 'SIGABRT') resolve('unable')
      else resolve({ code: code ?? 1 })
    })
  })
}
