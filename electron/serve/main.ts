import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { RPCHandler } from '@orpc/server/ws'
import { FolderBusyError, lockFolder } from '#base/folder-lock.ts'
import { createLogger, type Logger } from '#base/logger.ts'
import { version } from '../../package.json'
import { type Console, createConsole } from '../core/console.ts'
import { forkChild } from '../core/ports/node-child.ts'
import { logFile } from '../host/log-file.ts'
import { profileFolder } from '../host/profile-folder.ts'
import { systemLanguages } from '../host/system-languages.ts'
import { whyNot } from '../host/why-not.ts'
import { type ServeArguments, serveArguments } from './arguments.ts'
import { type PageServer, startPageServer } from './server.ts'

/** Exit codes: 2 wrong arguments, 3 the profile is in use, 4 the port is in use, 1 anything else. */
class CannotServe extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

// The built entry stands in out/main, beside the child's entry; the page in out/renderer.
const built = join(import.meta.dirname, '..')

try {
  await serve(readArguments())
} catch (error) {
  process.stderr.write(
    `${error instanceof CannotServe ? error.message : whyNot(error, profileOf(readArguments()))}\n`,
  )
  process.exit(error instanceof CannotServe ? error.code : 1)
}

async function serve({ port, data }: ServeArguments): Promise<void> {
  const profile = profileOf({ data })
  const unlock = holdProfile(profile)
  const log = logFile(join(profile, 'logs'))
  const console = openConsole(profile, createLogger('browser-host', log))
  const server = await openServer(console, port)
  await console.start()

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) return
    ending = true
    await server.close()
    await console.dispose()
    log.close()
    unlock()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
  process.stdout.write(`${server.launchUrl}\n`)
}

function openConsole(profileFolder: string, logger: Logger): Console {
  return createConsole({
    host: 'browser',
    version,
    languages: systemLanguages(process.env, Intl.DateTimeFormat().resolvedOptions().locale),
    profileFolder,
    logger,
    builtFolder: built,
    clipboard: null,
    spawnPlatform: () => forkChild(join(built, 'main', 'local-platform.js')),
    spawnComposer: () => forkChild(join(built, 'main', 'composer.js'), ['--child']),
  })
}

function holdProfile(profile: string): () => void {
  try {
    return lockFolder(profile)
  } catch (error) {
    if (!(error instanceof FolderBusyError)) throw error
    throw new CannotServe(
      3,
      `Another Gatehouse uses ${profile}. Close it first, or choose a folder with --data.`,
    )
  }
}

async function openServer(console: Console, port: number): Promise<PageServer> {
  const handler = new RPCHandler(console.router)
  try {
    return await startPageServer({
      pageRoot: join(built, 'renderer'),
      port,
      serveSocket: (socket) => void handler.upgrade(socket),
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new CannotServe(4, `Port ${port} is in use. Choose another one with --port, or leave it out.`)
  }
}

function readArguments(): ServeArguments {
  try {
    return serveArguments(process.argv.slice(2))
  } catch (error) {
    throw new CannotServe(2, error instanceof Error ? error.message : String(error))
  }
}

function profileOf({ data }: Pick<ServeArguments, 'data'>): string {
  return data === null ? usersProfile() : resolve(data)
}

function usersProfile(): string {
  return profileFolder({ platform: process.platform, home: homedir(), environment: process.env })
}
