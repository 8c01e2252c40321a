import { readFileSync, statSync } from 'node:fs'
import { BadConfigError } from './start-failure.ts'

/**
 * A configuration file in OpenCTI's layout, JSON: `{"app": {"port": 4000, "admin": {"email": …}}}`. Gives its settings by
 * their environment names (`APP__ADMIN__EMAIL`); a list becomes a text parted by commas.
 * SECURITY: it may hold keys and passwords, so a file that others can read is refused, not used.
 * @throws BadConfigError
 */
export function configFile(path: string): Record<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new BadConfigError(`The configuration file ${path} cannot be read${code}`)
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new BadConfigError(`${path} can be read by other users; run: chmod 600 ${path}`)
  const settings: Record<string, string> = {}
  collect(parse(path, text), [], settings, path)
  return settings
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message repeats a piece of the file.
    throw new BadConfigError(`The configuration file ${path} is not valid JSON`)
  }
}

function collect(
  value: unknown,
  keys: readonly string[],
  settings: Record<string, string>,
  path: string,
): void {
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string')
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) collect(inner, [...keys, key], settings, path)
  } else if (keys.length > 0 && (isList || ['string', 'number', 'boolean'].includes(typeof value))) {
    settings[environmentName(keys)] = isList ? value.join(',') : String(value)
  } else {
    throw new BadConfigError(
      `${path}: ${keys.join(':') || 'the file'} must hold settings, as in {"app": {"port": 4000}}`,
    )
  }
}

const environmentName = (keys: readonly string[]): string => keys.join('__').toUpperCase()

/** `app:admin:email` of APP__ADMIN__EMAIL, as OpenCTI's documentation writes settings. */
export const settingName = (environment: string): string => environment.toLowerCase().replaceAll('__', ':')
