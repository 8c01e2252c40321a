import { randomUUID } from 'node:crypto'
import type { RandomSource } from '#base/crypto.ts'
import { retryAfterMs } from '#base/retry-after.ts'
import { parseAnswer, type RecordedAnswer } from './answer.ts'
import { failureOfStatus, RegistrationError } from './failure.ts'
import type { HttpAnswer } from './http.ts'
import { readLicence, sendableLicence } from './licence.ts'
import type { PayloadPreview, RegistrationManagerOptions } from './options.ts'
import { type PayloadHead, payloadBody, payloadHead } from './payload.ts'
import { createProvisioner, type Provisioner } from './provisioning.ts'

const PATH = '/api/v1/platform/register'
/** The platform's own limit for this call (opencti-api.md §4.2); it covers sending and the whole answer. */
const TIMEOUT_MS = 15_000
const DOTS = '••••••••'
const PREVIEWED_USERS = 5

/** What a success brings, for the storage. */
interface BeatSuccess {
  readonly answer: RecordedAnswer
  readonly beat: string
  readonly httpStatus: number
}

/** One try: facts, credentials, request, answer. The schedule and the retries are the manager's. */
export function createBeat(options: RegistrationManagerOptions & { randomBytes: RandomSource }) {
  const { configuration, clock, log, storage } = options
  const provisioner: Provisioner | null =
    configuration.profile === 'poc' && options.provisioning
      ? createProvisioner({
          port: options.provisioning,
          store: storage.provisioning,
          random: options.randomBytes,
        })
      : null

  const judgeLicence = (pem: string, platformId: string) =>
    readLicence(pem, { platformId, now: clock.now(), authorities: options.licenceAuthorities ?? [] })

  const head = async (): Promise<PayloadHead> => {
    const facts = await options.platform.facts()
    const read = facts.licencePem === null ? null : judgeLicence(facts.licencePem, facts.id)
    if (read && !read.readable) log.warn({ problem: read.problem }, '[XTM One] Licence not usable')
    return payloadHead(facts, {
      pem: sendableLicence(facts.licencePem),
      // SECURITY: what a licence claims goes no further than what it proved.
      type: read?.readable && read.licence.usable ? read.licence.type : null,
    })
  }

  /** A platform that cannot provision is still alive: the beat goes out with the credentials there are. */
  const provision = async (carryOn: () => void): Promise<void> => {
    try {
      const done = await provisioner?.pass(carryOn)
      if (done && (done.minted > 0 || done.revoked > 0)) log.info(done, '[XTM One] Users provisioned')
    } catch (error) {
      carryOn()
      log.error(
        { error: error instanceof Error ? error.name : 'unknown' },
        '[XTM One] Provisioning stopped half way, will resume with the next beat',
      )
    }
  }

  const post = async (payload: PayloadHead, beat: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const deadline = new AbortController()
    const cancel = clock.after(TIMEOUT_MS, () => deadline.abort())
    try {
      return await options.http({
        url: configuration.url + PATH,
        bearer: configuration.token,
        body: payloadBody(
          payload,
          provisioner
            ? { adminKey: await provisioner.adminKey(beat), users: provisioner.entries(beat) }
            : undefined,
        ),
        signal: AbortSignal.any([signal, deadline.signal]),
      })
    } finally {
      cancel()
    }
  }

  return {
    /**
     * One try. `record` runs as soon as the answer is understood and before anything else is done with it.
     * @throws RegistrationError, or what a port throws
     */
    async run<Result>(signal: AbortSignal, record: (success: BeatSuccess) => Result): Promise<Result> {
      const carryOn = (): void => {
        if (signal.aborted) throw new RegistrationError('stopped', 'Stopped')
      }
      const payload = await head()
      await provision(carryOn)
      carryOn()
      const beat = randomUUID()
      const answer = await post(payload, beat, signal)
      if (answer.status < 200 || answer.status > 299) {
        throw new RegistrationError(
          failureOfStatus(answer.status),
          `Request failed with status ${answer.status}`,
          { httpStatus: answer.status, retryAfterMs: retryAfterMs(answer.retryAfter, clock.now()) },
        )
      }
      const parsed = parseAnswer(answer.text, clock.now(), (pem) => judgeLicence(pem, payload.platform_id))
      const result = record({ answer: parsed.recorded, beat, httpStatus: answer.status })
      logSuccess(parsed.recorded)
      if (parsed.chatToken !== undefined) {
        await options.chatTokens.keepChatToken(parsed.chatToken).catch((error: unknown) => {
          // The registration stands; the chat has to wait for the next answer.
          log.error(
            { error: error instanceof Error ? error.name : 'unknown' },
            '[XTM One] The chat token could not be kept',
          )
        })
      }
      return result
    },

    async preview(): Promise<PayloadPreview> {
      const payload = await head()
      if (!provisioner || !options.provisioning) return { head: payload, credentials: null }
      const users = await options.provisioning.users(null, PREVIEWED_USERS)
      const known = storage.provisioning.of(users.map((user) => user.id))
      const isSent = (userId: string): boolean =>
        ['delivered', 'revoked'].includes(known.get(userId)?.state ?? '')
      return {
        head: payload,
        credentials: {
          adminKey: (await provisioner.isAdminKeyDelivered()) ? 'already sent' : 'sent',
          // SECURITY: a preview shows that there is a key, never the key.
          users: users.map((user) => ({
            email: user.email,
            display_name: user.displayName,
            api_key: isSent(user.id) ? '' : DOTS,
          })),
        },
      }
    },
  }

  function logSuccess(answer: RecordedAnswer): void {
    log.info(
      {
        status: answer.status,
        ee_enabled: answer.eeEnabled,
        ee_sources: answer.eeSources,
        user_integrations: answer.userIntegrations,
        version: answer.version,
        intents: answer.intents.length,
      },
      '[XTM One] Registration successful',
    )
    const delivered = provisioner ? storage.provisioning.counts().delivered : 0
    if (answer.userIntegrations !== null && answer.userIntegrations < delivered) {
      log.warn(
        { user_integrations: answer.userIntegrations, delivered },
        '[XTM One] XTM One holds credentials of fewer users than were delivered',
      )
    }
  }
}
