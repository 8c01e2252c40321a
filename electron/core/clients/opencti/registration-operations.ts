import { httpStatus } from './graphql.ts'
import type { OpenCtiClient } from './opencti-client.ts'
import attemptsDocument from './operations/registration-attempts.graphql?raw'
import enterpriseDocument from './operations/registration-enterprise.graphql?raw'
import licenceSourceDocument from './operations/registration-licence-source.graphql?raw'
import moduleDocument from './operations/registration-module.graphql?raw'
import recordDocument from './operations/registration-record.graphql?raw'
import registerNowDocument from './operations/registration-register-now.graphql?raw'
import {
  AttemptsAnswer,
  ChatbotConfigAnswer,
  EnterpriseAnswer,
  LicenceSourceAnswer,
  ModulesAnswer,
  RecordAnswer,
  RegisterNowAnswer,
} from './registration-answers.ts'
import { RemoteError } from './remote-error.ts'

const MANAGER = 'XTM_ONE_REGISTRATION_MANAGER'

/**
 * What a platform says of its registration with XTM One. The first three are OpenCTI's own, the others the local platform's
 * extension. Each gives null where this platform, or this token on it, knows no such thing; else it throws RemoteError.
 */
export class RegistrationOperations {
  readonly #client: OpenCtiClient

  constructor(client: OpenCtiClient) {
    this.#client = client
  }

  /** `running` is true only while a beat is under way: OpenCTI's managers run in ticks. */
  async module(signal?: AbortSignal) {
    return orUnknown(async () => {
      const { data, latencyMs } = await this.#client.ask(moduleDocument, {}, ModulesAnswer, signal)
      const module = data.settings.platform_modules.find(({ id }) => id === MANAGER)
      if (!module) return null
      const { enable, running, warning } = module
      return { enabled: enable, running, warning, latencyMs }
    })
  }

  async enterprise(signal?: AbortSignal) {
    return orUnknown(async () => {
      const { data } = await this.#client.ask(enterpriseDocument, {}, EnterpriseAnswer, signal)
      const licenceSource = await orUnknown(async () => {
        const answer = await this.#client.ask(licenceSourceDocument, {}, LicenceSourceAnswer, signal)
        return answer.data.settings.platform_enterprise_edition.license_source
      })
      return { ...data.settings.platform_enterprise_edition, licenceSource }
    })
  }

  async chatbotConfig(signal?: AbortSignal) {
    const answer = await this.#client.read('/chatbot/config', { signal })
    // 400: the chatbot is not enabled, so its configuration is not told. 404, or a page in its place: an older OpenCTI.
    if ([400, 403, 404].includes(answer.status) || /html/i.test(answer.contentType)) return null
    if (answer.status !== 200) throw httpStatus(answer)
    const config = ChatbotConfigAnswer.safeParse(json(answer.text))
    if (!config.success)
      throw new RemoteError('platform-error', 'The answer has another form than expected.', 'no')
    return config.data
  }

  /**
   * @param since ms since the epoch by the platform's clock
   * @param first the newest attempts, at most
   * @throws RemoteError `forbidden` too: there is a record, and this token may not see it
   */
  async record(since: number, first: number, signal?: AbortSignal) {
    return orUnserved(async () => {
      const variables = { since: new Date(since).toISOString(), first }
      const { data, latencyMs } = await this.#client.ask(recordDocument, variables, RecordAnswer, signal)
      return { record: data.xtmOneRegistration, latencyMs }
    })
  }

  /** The attempts since `since`, newest first; at most 500. */
  async attempts(since: number) {
    return orUnknown(async () => {
      const variables = { since: new Date(since).toISOString(), first: 500 }
      const { data } = await this.#client.ask(attemptsDocument, variables, AttemptsAnswer)
      return data.xtmOneRegistration
    })
  }

  /** Starts a beat; its outcome is in the next record. */
  async registerNow(): Promise<void> {
    await this.#client.ask(registerNowDocument, {}, RegisterNowAnswer)
  }
}

/** Null where the platform does not know what was asked. */
async function orUnserved<Value>(ask: () => Promise<Value | null>): Promise<Value | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof RemoteError && error.unknownField) return null
    throw error
  }
}

/** Null where the platform does not know what was asked, or does not tell it to this token. */
async function orUnknown<Value>(ask: () => Promise<Value | null>): Promise<Value | null> {
  try {
    return await orUnserved(ask)
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'forbidden') return null
    throw error
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
