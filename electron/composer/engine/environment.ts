import type { Secret } from '#base/secret.ts'
import type { ConfigurationEntry, EnvironmentEntry } from './model.ts'

/** Why a connector is not deployed as it stands: named by key, never by value. */
export class RefusedConfiguration extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.name = 'RefusedConfiguration'
  }
}

/**
 * The environment of a connector: its configuration opened, then what the composer adds. A name appears once; the
 * composer's own value wins over the platform's, as the later twin did in XTM Composer.
 * @param open decrypts one value; throws an Error whose message may be shown
 * @throws RefusedConfiguration when a value cannot be opened or a name cannot be one
 */
export function connectorEnvironment(
  configuration: readonly ConfigurationEntry[],
  additions: readonly EnvironmentEntry[],
  open: (ciphertext: string) => Secret,
): EnvironmentEntry[] {
  const problems: string[] = []
  const values = new Map<string, string | Secret>()
  for (const { key, value, encrypted } of configuration) {
    if (key === '' || /[=\0]/.test(key)) {
      problems.push(`configuration key ${JSON.stringify(key)} is no name of an environment variable`)
      continue
    }
    if (!encrypted || value === null) {
      values.set(key, value ?? '')
      continue
    }
    try {
      values.set(key, open(value))
    } catch (error) {
      // SECURITY: a connector with an empty secret would run unprotected or against the wrong account; it is not deployed.
      problems.push(`${key}: ${error instanceof Error ? error.message : 'cannot be opened'}`)
    }
  }
  if (problems.length > 0) throw new RefusedConfiguration(problems)
  for (const { name, value } of additions) values.set(name, value)
  for (const [name, value] of values) {
    // An engine cuts a value at a zero byte without a word.
    if ((typeof value === 'string' ? value : value.expose()).includes('\0')) {
      throw new RefusedConfiguration([`${name}: holds a zero byte`])
    }
  }
  return [...values].map(([name, value]) => ({ name, value }))
}
