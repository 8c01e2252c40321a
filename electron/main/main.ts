import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Menu, protocol } from 'electron'
import { profileFolder } from '../host/profile-folder.ts'
import { whyNot } from '../host/why-not.ts'
import { registerPageScheme } from './app-protocol.ts'
import { startDesktop } from './desktop.ts'

// SECURITY: point 4 of Electron's check-list: every page's process is sandboxed, whatever a window's options say. Only
// root, whom Chromium refuses a sandbox, starts with --no-sandbox (scripts/start.ts).
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerPageScheme(protocol)
// Ours comes with the window; Electron would make one of its own before that.
Menu.setApplicationMenu(null)

const profile = profileFolder({ platform: process.platform, home: homedir(), environment: process.env })
// The shell's own files (cookies, caches, the single-instance lock) in a folder of their own inside the profile.
const shellFolder = join(profile, 'shell')
app.setPath('userData', shellFolder)

// A lock that could not be made must not look like one that somebody else holds; what is wrong the start itself says.
if (!canWrite(shellFolder) || app.requestSingleInstanceLock()) {
  // Never awaited here: Electron is not ready before this module has run.
  void app
    .whenReady()
    .then(() => startDesktop(profile))
    .catch(giveUp)
} else {
  // The first one hears `second-instance` and comes to the front.
  app.exit(0)
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const trial = join(folder, 'trial')
    writeFileSync(trial, 'room')
    rmSync(trial)
    return true
  } catch {
    return false
  }
}

function giveUp(error: unknown): void {
  const text = whyNot(error, profile)
  // Not the error box: it holds the process until somebody answers, also against the end of a session.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.exit(1))
  process.stderr.write(`Gatehouse cannot start: ${text}\n`)
  void dialog
    .showMessageBox({ type: 'error', title: 'Gatehouse', message: 'Gatehouse cannot start', detail: text })
    .finally(() => app.exit(1))
}
