import './end-with-npm.ts'
import { parseArgs } from 'node:util'
import { systemClock } from '#base/clock.ts'
import { createLogger } from '#base/logger.ts'
import { Secret } from '#base/secret.ts'
import { startStandIn } from '../electron/xtm-one/stand-in/server.ts'

/**
 * `npm run xtm-one -- --port 4001`: the XTM One stand-in alone, on 127.0.0.1. Its registration token comes from
 * PLATFORM_REGISTRATION_TOKEN, as XTM One's own does; without it the value that XTM One ships for development is used.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4001' },
    /** file that keeps the registrations over restarts */
    database: { type: 'string' },
    /** answer that Enterprise Edition comes with the registration */
    enterprise: { type: 'boolean', default: false },
  },
})

const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('--port must be a number from 0 to 65535')
  process.exit(2)
}
const own = process.env.PLATFORM_REGISTRATION_TOKEN
const standIn = await startStandIn({
  port,
  registrationToken: new Secret(own || 'xtm-default-registration-token'),
  clock: systemClock,
  log: createLogger('xtm-one', { write: (line) => process.stderr.write(line) }),
  grantsEnterprise: values.enterprise,
  ...(values.database ? { databasePath: values.database } : {}),
})
console.log(`XTM One stand-in on ${standIn.url}`)
console.log(`  XTM__XTM_ONE_URL=${standIn.url}`)
console.log(
  own
    ? '  XTM__XTM_ONE_TOKEN=the value of PLATFORM_REGISTRATION_TOKEN'
    : '  XTM__XTM_ONE_TOKEN=xtm-default-registration-token (shipped for development; set PLATFORM_REGISTRATION_TOKEN)',
)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void standIn.close().then(() => process.exit(0))
  })
}
