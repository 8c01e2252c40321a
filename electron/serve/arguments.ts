import { parseArgs } from 'node:util'

export interface ServeArguments {
  /** 0 = any free port */
  readonly port: number
  /** folder to keep everything in; null = the user's profile */
  readonly data: string | null
}

const SERVE_USAGE = 'Usage: npm run serve -- [--port N] [--data DIR]'

/** @throws Error with a sentence for the terminal */
export function serveArguments(args: readonly string[]): ServeArguments {
  const { values } = parse(args)
  const port = values.port === undefined ? 0 : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || values.port === '')
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}". ${SERVE_USAGE}`)
  if (values.data === '') throw new Error(`--data takes a folder. ${SERVE_USAGE}`)
  return { port, data: values.data ?? null }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, data: { type: 'string' } },
      strict: true,
    })
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error} ${SERVE_USAGE}`)
  }
}
