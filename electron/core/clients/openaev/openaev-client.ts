import { z } from 'zod'
import type { Secret } from '#base/secret.ts'
import type { Requested } from '#shared/domain/connector.ts'
import { newLines } from '#shared/domain/log-line.ts'
import { RemoteError } from '../opencti/remote-error.ts'
import type { RawAnswer, Transport } from '../opencti/transport.ts'
import {
  Instance,
  Logs,
  listedOf,
  Me,
  type OpenAevInstance,
  type OpenAevKind,
  type OpenAevListed,
  type OpenAevSettings,
  PublicSettings,
  Reachable,
  Settings,
} from './answers.ts'
import { jsonOf, textOf } from './rest.ts'

/** The platform keeps the ten newest rows of a log (composer.md §3.2); more of them are not looked at. */
const LOG_ROWS = 100
/** More lines of one row are not looked at. */
const ROW_LINES = 1_000

/** Until the platform has said what it is called. */
const UNNAMED = 'OpenAEV'

/**
 * OpenAEV's REST API as far as the console uses it. Every method throws RemoteError.
 * SECURITY: `/api/me/tokens`, which answers the values of tokens, is asked for nowhere, and neither are the composer's own
 * lists, which hold the settings of connectors.
 */
export class OpenAevClient {
  readonly #transport: Transport
  readonly #token: Secret | null

  /** @param token null: only `publicTitle` can be asked */
  constructor(transport: Transport, token: Secret | null) {
    this.#transport = transport
    this.#token = token
  }

  /** What the platform tells anybody: newer ones that they are OpenAEV, older ones their name too. */
  async publicTitle(): Promise<{ title: string; latencyMs: number }> {
    const open = await this.#transport.get({ path: '/api/settings/public', token: null })
    if (open.status >= 200 && open.status < 300) {
      jsonAsPlatform(open, PublicSettings)
      return { title: UNNAMED, latencyMs: open.latencyMs }
    }
    const answer = await this.#transport.get({ path: '/api/settings', token: null })
    return { title: jsonAsPlatform(answer, Settings).title, latencyMs: answer.latencyMs }
  }

  /** Who the token is, and what the platform says of itself to its users. */
  async identity() {
    const me = await this.#get('/api/me', Me)
    const { data: settings } = await this.#get('/api/settings', Settings)
    return {
      identity: {
        ...me.data,
        platformTitle: settings.title,
        version: settings.version,
        clockSkewMs: me.skewMs,
        features: { apiTokens: false, revokedTokens: false, revokeReason: false },
      },
      latencyMs: me.latencyMs,
    }
  }

  async settings(signal?: AbortSignal): Promise<OpenAevSettings> {
    return (await this.#get('/api/settings', Settings, signal)).data
  }

  /** Whether the API answers this token. */
  async liveness(signal: AbortSignal): Promise<{ version: string | null; latencyMs: number }> {
    const { latencyMs } = await this.#get('/api/me', Me, signal)
    return { version: (await this.settings(signal)).version, latencyMs }
  }

  /** `GET /api/health`, as anybody who has the key may ask. */
  async health(key: Secret | null, signal: AbortSignal) {
    const path = `/api/health?health_access_key=${encodeURIComponent(key?.expose() ?? '')}`
    return this.#transport.get({ path, token: null, signal })
  }

  /** Whether a composer is registered and was heard of within two hours: all that is told of it (opencti-api.md §6.1). */
  async isComposerReachable(signal?: AbortSignal) {
    return this.#get('/api/xtm-composer/reachable', Reachable, signal)
  }

  /** Everything of a kind, with those that were deployed and have not spoken yet. */
  async list(kind: OpenAevKind): Promise<{ found: OpenAevListed[]; unreadable: number; skewMs: number }> {
    const { data, skewMs } = await this.#get(`/api/${kind}s?include_next=true`, z.array(z.unknown()))
    const shape = listedOf(kind)
    // One in a form that cannot be read does not hide the others.
    const read = data.map((each) => shape.safeParse(each))
    return {
      found: read.flatMap((result) => (result.success ? [result.data] : [])),
      unreadable: read.filter(({ success }) => !success).length,
      skewMs,
    }
  }

  /** The lines that a composer pushed last, oldest first; null: there is no such instance. */
  async logs(instanceId: string): Promise<readonly string[] | null> {
    const path = `${instancePath(instanceId)}/logs/search`
    const answer = await this.#transport.write({
      method: 'POST',
      path,
      body: { page: 0, size: LOG_ROWS },
      token: this.#token,
    })
    if (answer.status === 404) return null
    const { content } = jsonOf(answer, Logs)
    return linesOf(content.slice(0, LOG_ROWS).toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0)))
  }

  async instance(instanceId: string): Promise<OpenAevInstance> {
    return (await this.#get(instancePath(instanceId), Instance)).data
  }

  /** Says what is wanted of an instance; its composer does it. */
  async request(instanceId: string, status: Requested): Promise<void> {
    const answer = await this.#transport.write({
      method: 'PUT',
      path: `${instancePath(instanceId)}/requested-status`,
      body: { connector_instance_requested_status: status },
      token: this.#token,
    })
    textOf(answer)
  }

  async #get<Data>(path: string, schema: z.ZodType<Data>, signal?: AbortSignal) {
    const answer = await this.#transport.get({ path, token: this.#token, signal })
    const data = jsonOf(answer, schema)
    return { data, skewMs: answer.skewMs ?? 0, latencyMs: answer.latencyMs }
  }
}

/** A composer may push the end of its log as one row, so that each row repeats most of the one before: told once. */
function linesOf(rows: readonly { readonly text: string }[]): string[] {
  const lines: string[] = []
  for (const { text } of rows) {
    const row = text.split(/\r?\n/).slice(-ROW_LINES)
    lines.push(...(row.length === 1 ? row : newLines(lines.slice(-ROW_LINES), row).lines))
  }
  return lines
}

function instancePath(instanceId: string): string {
  return `/api/connector-instances/${encodeURIComponent(instanceId)}`
}

/** Whoever answers anything else to everybody is something else. */
function jsonAsPlatform<Data>(answer: RawAnswer, schema: z.ZodType<Data>): Data {
  try {
    return jsonOf(answer, schema)
  } catch (error) {
    if (error instanceof RemoteError && answer.status < 500 && answer.status !== 429) {
      throw new RemoteError('not-a-platform', error.detail, 'no')
    }
    throw error
  }
}
