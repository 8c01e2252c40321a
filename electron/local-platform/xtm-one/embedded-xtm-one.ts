import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { EmbeddedXtmOne } from '#base/platform-channel.ts'
import { Secret } from '#base/secret.ts'
import { readConfiguration } from '../../xtm-one/configuration.ts'
import { type StandIn, startStandIn } from '../../xtm-one/stand-in/server.ts'
import type { XtmOneOptions } from './platform-registration.ts'

/** What the embedded platform registers with, started when it is the stand-in. */
export async function embeddedXtmOne(
  wanted: EmbeddedXtmOne,
  dataFolder: string,
  logger: Logger,
): Promise<{ readonly options: XtmOneOptions; readonly standIn: StandIn | null }> {
  if (wanted.mode === 'off') return { options: { configuration: readConfiguration({}) }, standIn: null }
  if (wanted.mode === 'own') {
    const configuration = readConfiguration({
      XTM__XTM_ONE_URL: wanted.url,
      XTM__XTM_ONE_TOKEN: wanted.token,
      XTM__XTM_ONE_PROFILE: wanted.profile,
    })
    return { options: { configuration }, standIn: null }
  }
  // SECURITY: new at each start and nowhere but in this process.
  const token = randomText(32)
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const standIn = await startStandIn({
    port: 0,
    registrationToken: new Secret(token),
    clock: systemClock,
    log: logger.child({ part: 'xtm-one-stand-in' }),
    databasePath: join(dataFolder, 'xtm-one-stand-in.sqlite'),
  })
  const configuration = readConfiguration({ XTM__XTM_ONE_URL: standIn.url, XTM__XTM_ONE_TOKEN: token })
  return { options: { configuration, standIn: true }, standIn }
}
