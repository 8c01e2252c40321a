import type { EnvironmentEntry } from '../../engine/model.ts'
import { OrchestratorError } from '../orchestrator.ts'
import { type Registry, registryAuth } from '../registry.ts'
import type { EngineClient } from './engine-client.ts'

/**
 * Pulls `image`. When the registry does not give it but the engine already has it, that one serves: a registry that is
 * down must not keep a connector from being deployed.
 * @throws OrchestratorError with the registry's words
 */
export async function pullImage(
  engine: EngineClient,
  image: string,
  registry: Registry | null,
  signal: AbortSignal,
): Promise<void> {
  const auth = registryAuth(image, registry)
  try {
    const progress = await engine.stream({
      method: 'POST',
      path: '/images/create',
      query: { fromImage: image },
      headers: auth === null ? {} : { 'X-Registry-Auth': auth },
      signal,
    })
    await finished(progress, signal)
  } catch (error) {
    if (signal.aborted || !(await present(engine, image, signal))) throw error
  }
}

/** A pull answers 200 before it begins; what goes wrong is a line of the stream. */
async function finished(progress: AsyncIterable<Buffer | string>, signal: AbortSignal): Promise<void> {
  let rest = ''
  const read = (line: string): void => {
    if (line.trim() === '') return
    let event: { error?: unknown }
    try {
      event = JSON.parse(line) as { error?: unknown }
    } catch {
      return
    }
    if (typeof event.error === 'string') throw new OrchestratorError(event.error, null)
  }
  for await (const chunk of progress) {
    signal.throwIfAborted()
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(read)
  }
  read(rest)
}

async function present(engine: EngineClient, image: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.call({ method: 'GET', path: `/images/${image}/json`, signal })
    return true
  } catch (error) {
    if (error instanceof OrchestratorError && error.status === 404) return false
    throw error
  }
}

/** `NAME=value` lines as the engine takes them. The one place where secrets of a connector are laid open for Docker. */
export function environmentList(environment: readonly EnvironmentEntry[]): string[] {
  return environment.map(({ name, value }) => `${name}=${typeof value === 'string' ? value : value.expose()}`)
}
