import { generateKeyPairSync } from 'node:crypto'
import { systemClock } from '#base/clock.ts'
import { type Composer, startComposer } from '../../electron/composer/composer.ts'
import { loadConfig } from '../../electron/composer/config/load.ts'
import type { EngineEvent } from '../../electron/composer/engine/events.ts'
import { TOKEN } from './composer-platform.ts'

/** One key for a whole test run: making 4096 bits takes seconds. */
let pem: string | null = null

export function testKey(): string {
  pem ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  return pem
}

export interface ComposerRig {
  readonly composer: Composer
  readonly events: EngineEvent[]
}

/** A composer with its true parts, configured through the environment as an admin would. */
export async function startTestComposer(env: Record<string, string>): Promise<ComposerRig> {
  const events: EngineEvent[] = []
  const { config, problems } = loadConfig({
    folder: '/nonexistent',
    env: {
      MANAGER__ID: 'test-manager',
      MANAGER__CREDENTIALS_KEY: testKey(),
      MANAGER__EXECUTE_SCHEDULE: '1',
      OPENCTI__TOKEN: TOKEN,
      OPENCTI__LOGS_SCHEDULE: '1',
      ...env,
    },
  })
  if (!config) throw new Error(JSON.stringify(problems))
  const composer = await startComposer(config, {
    clock: systemClock,
    random: () => 0.5,
    env: {},
    emit: (event) => void events.push(event),
  })
  return { composer, events }
}
