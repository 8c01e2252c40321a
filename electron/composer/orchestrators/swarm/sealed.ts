import type { ConnectorSpec, EnvironmentEntry } from '../../engine/model.ts'
import { CONNECTOR_LABEL, HASH_LABEL, withSuffix } from '../../engine/names.ts'
import type { EngineClient } from '../docker/engine-client.ts'
import { OrchestratorError, PROXY_CA_PATH } from '../orchestrator.ts'

/** Files that Swarm keeps and hands to a service's tasks wherever they run: secrets and certificates. */

const SECRET_FILE = 'connector-environment'

export interface Attached {
  readonly container: Readonly<Record<string, unknown>>
  /** what stays readable in the service */
  readonly environment: readonly EnvironmentEntry[]
}

/**
 * Puts the connector's secret values into a Swarm secret and its certificates into a Swarm config, and answers what the
 * service must say to get them. An image's own command then runs under a shell that reads the secret first.
 */
export async function attach(
  engine: EngineClient,
  spec: ConnectorSpec,
  asSecrets: boolean,
): Promise<Attached> {
  const hidden = asSecrets ? spec.environment.filter(({ value }) => typeof value !== 'string') : []
  const container: Record<string, unknown> = {}
  const labels = { ...spec.labels, [HASH_LABEL]: spec.hash }
  if (hidden.length > 0) {
    const { name, id } = await store(engine, 'secrets', spec, labels, shellFile(hidden))
    const file = { Name: SECRET_FILE, UID: '0', GID: '0', Mode: 0o444 }
    container.Secrets = [{ SecretID: id, SecretName: name, File: file }]
    // SECURITY: the values stand in no inspection of the service, only in the file system of its own tasks (in memory).
    container.Command = ['/bin/sh', '-c', `. /run/secrets/${SECRET_FILE} && exec "$@"`, 'sh']
    container.Args = await ownCommand(engine, spec.image)
  }
  if (spec.proxyCa !== null) {
    const { name, id } = await store(engine, 'configs', spec, labels, spec.proxyCa)
    const file = { Name: PROXY_CA_PATH, UID: '0', GID: '0', Mode: 0o444 }
    container.Configs = [{ ConfigID: id, ConfigName: name, File: file }]
  }
  return { container, environment: spec.environment.filter((entry) => !hidden.includes(entry)) }
}

/** Takes away what was stored for a connector, all of it or all but one configuration. What is in use stays. */
export async function detach(
  engine: EngineClient,
  connectorId: string,
  exceptHash: string | null,
): Promise<void> {
  for (const kind of ['secrets', 'configs'] as const) {
    const filters = JSON.stringify({ label: [`${CONNECTOR_LABEL}=${connectorId}`] })
    const stored = await engine.call<{ ID: string; Spec?: { Labels?: Record<string, string> } }[]>({
      method: 'GET',
      path: `/${kind}`,
      query: { filters },
    })
    for (const { ID, Spec } of stored) {
      if (exceptHash !== null && Spec?.Labels?.[HASH_LABEL] === exceptHash) continue
      await engine.call({ method: 'DELETE', path: `/${kind}/${ID}` }).catch(() => undefined)
    }
  }
}

async function store(
  engine: EngineClient,
  kind: 'secrets' | 'configs',
  spec: ConnectorSpec,
  labels: Record<string, string>,
  content: string,
): Promise<{ name: string; id: string }> {
  const suffix = `${spec.hash.slice(0, 8)}-${Date.now().toString(36)}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, 'x')
  const name = withSuffix(spec.name, suffix)
  const { ID } = await engine.call<{ ID: string }>({
    method: 'POST',
    path: `/${kind}/create`,
    body: { Name: name, Labels: labels, Data: Buffer.from(content).toString('base64') },
  })
  return { name, id: ID }
}

/** Entry point and command of an image, which the wrapping shell runs. */
async function ownCommand(engine: EngineClient, image: string): Promise<string[]> {
  const { Config } = await engine.call<{ Config?: { Entrypoint?: string[] | null; Cmd?: string[] | null } }>({
    method: 'GET',
    path: `/images/${image}/json`,
  })
  const command = [...(Config?.Entrypoint ?? []), ...(Config?.Cmd ?? [])]
  if (command.length === 0) throw new OrchestratorError(`the image ${image} names no command`, null)
  return command
}

/** `export NAME='value'` lines for a POSIX shell. Names that no shell takes are refused. */
export function shellFile(entries: readonly EnvironmentEntry[]): string {
  return entries
    .map(({ name, value }) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new OrchestratorError(`${name}: cannot be handed over as a Swarm secret`, null)
      }
      const text = typeof value === 'string' ? value : value.expose()
      // SECURITY: within single quotes a shell reads nothing but the closing quote.
      return `export ${name}='${text.replaceAll("'", "'\\''")}'\n`
    })
    .join('')
}
