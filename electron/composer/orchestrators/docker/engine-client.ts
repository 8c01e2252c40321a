import type { Agent } from 'node:https'
import type { Readable } from 'node:stream'
import Modem from 'docker-modem'
import { OrchestratorError } from '../orchestrator.ts'

/** One call of the Docker Engine API. */
export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** below the version, e.g. `/containers/json` */
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  /** a tar archive, for PUT */
  readonly archive?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The Docker Engine API, straight or through Portainer's proxy. */
export interface EngineClient {
  /** The parsed JSON answer. @throws OrchestratorError */
  call<T>(call: EngineCall): Promise<T>
  /** The answer as it comes. @throws OrchestratorError */
  stream(call: EngineCall): Promise<Readable>
}

/** Where an engine is. `{}` is DOCKER_HOST and its companions, or the local socket. */
export interface EngineAddress {
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly protocol?: 'http' | 'https'
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
  /** path before `/containers/…` without the leading slash; negotiated when absent */
  readonly prefix?: string
}

/** The newest API version whose answers this code was written against. */
const NEWEST_KNOWN = '1.51'
const CALL_TIMEOUT_MS = 120_000
const FINE: Record<number, true> = { 200: true, 201: true, 202: true, 204: true, 304: true }

/** The types leave the path prefix out. */
type Transport = Modem & { version?: string }

interface Dial {
  path: string
  method: string
  statusCodes: Record<number, true>
  options: { _query?: unknown; _body?: unknown; abortSignal?: AbortSignal }
  file?: Buffer
  isStream?: boolean
  headers?: Record<string, string>
  abortSignal?: AbortSignal
}

/**
 * A client over dockerode's transport (unix socket, named pipe, TCP, TLS with client certificates, SSH). The calls are our
 * own because dockerode writes the body of a creation into the address as well, where proxies log it.
 */
export function engineClient(address: EngineAddress = {}): EngineClient {
  const { prefix, headers = {}, ...target } = address
  const modem = (): Transport =>
    new Modem({ ...target, timeout: CALL_TIMEOUT_MS } as Modem.ConstructorOptions)
  let negotiated: Promise<Transport> | null = null

  const dial = (
    transport: Transport,
    { method, path, query, body, archive, headers: extra, signal }: EngineCall,
    isStream: boolean,
  ): Promise<unknown> => {
    const call: Dial = {
      path: query ? `${path}?` : path,
      method,
      statusCodes: FINE,
      // SECURITY: query and body apart, so that no environment ends up in an address.
      options: { ...(query ? { _query: query } : {}), _body: body ?? {} },
      isStream,
      headers: { ...headers, ...extra },
      ...(archive ? { file: archive } : {}),
      ...(signal ? { abortSignal: signal } : {}),
    }
    return new Promise((resolve, reject) => {
      transport.dial(call as never, (error: unknown, answer: unknown) =>
        error ? reject(engineError(error, signal)) : resolve(answer),
      )
    })
  }

  const transport = async (): Promise<Transport> => {
    negotiated ??= negotiate()
    try {
      return await negotiated
    } catch (error) {
      // The engine may come later; ask again at the next call.
      negotiated = null
      throw error
    }
  }

  const negotiate = async (): Promise<Transport> => {
    const plain = modem()
    if (prefix !== undefined) {
      plain.version = prefix
      return plain
    }
    const { ApiVersion } = (await dial(plain, { method: 'GET', path: '/version' }, false)) as {
      ApiVersion?: string
    }
    plain.version = `v${older(ApiVersion ?? NEWEST_KNOWN, NEWEST_KNOWN)}`
    return plain
  }

  return {
    call: async <T>(call: EngineCall) => (await dial(await transport(), call, false)) as T,
    stream: async (call) => (await dial(await transport(), call, true)) as Readable,
  }
}

function older(a: string, b: string): string {
  const number = (version: string): number => Number(version.split('.')[1] ?? 0)
  return number(a) < number(b) ? a : b
}

function engineError(error: unknown, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted')
  const { statusCode, json, message, code } = error as {
    statusCode?: number
    json?: { message?: unknown }
    message?: string
    code?: string
  }
  const said = typeof json?.message === 'string' ? json.message : message
  const text = (said ?? code ?? 'the engine does not answer').trim()
  return new OrchestratorError(
    text === 'socket hang up' ? 'the engine closed the connection' : text,
    statusCode ?? null,
  )
}
