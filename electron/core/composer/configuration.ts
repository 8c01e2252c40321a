import type { StartComposer } from '#base/composer-channel.ts'
import type { Secret } from '#base/secret.ts'
import type { ComposerSettings } from '#shared/contract/composer.ts'
import type { ConnectionKind } from '#shared/contract/connections.ts'

/** How a connection's platform is reached. */
export interface PlatformAccess {
  readonly kind: ConnectionKind
  readonly url: string
  readonly caPem: string | null
  readonly proxy: string | null
  readonly token: Secret
}

export interface ConfigurationParts {
  readonly settings: ComposerSettings
  readonly access: PlatformAccess
  /** of an account of the composer's own; null: the connection's token */
  readonly token: Secret | null
  readonly keyPem: Secret
  readonly portainerKey: Secret | null
  readonly registryPassword: Secret | null
  /** address of the engine that was found here; null when none was */
  readonly foundDocker: string | null
  readonly platform: NodeJS.Platform
}

/** What Portainer's own proxy of Docker speaks. */
const PORTAINER_API_VERSION = 'v1.44'
/** Shorter than the window waits for the child's end. */
const GRACE_SECONDS = 5
const LOOPBACK = /^https?:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:\/|$)/

/**
 * The message that starts the composer: its settings in the words of its configuration files (docs/composer.md).
 * SECURITY: secrets are opened here, for the private channel alone.
 */
export function startMessage(parts: ConfigurationParts): StartComposer {
  const { settings, access, keyPem } = parts
  const { orchestrator, dockerHost } = settings
  const usesEngine = orchestrator === 'docker' || orchestrator === 'swarm'
  return {
    type: 'start',
    dockerHost: usesEngine ? (dockerHost ?? parts.foundDocker) : null,
    settings: {
      manager: {
        id: settings.managerId,
        name: settings.managerName,
        credentials_key: keyPem.expose(),
        execute_schedule: settings.executeSeconds,
        crash_loop_restarts: settings.crashLoopRestarts,
        shutdown_grace: GRACE_SECONDS,
      },
      // Without a word OpenCTI is served, and OpenAEV is not.
      opencti: { enable: false },
      [access.kind]: {
        enable: true,
        url: access.url,
        ...given('connector_url', settings.connectorUrl ?? loopbackUrl(parts)),
        token: (parts.token ?? access.token).expose(),
        ...given('ca', access.caPem === null ? null : [access.caPem]),
        ...(access.proxy === null
          ? {}
          : { with_proxy: true, http_proxy: access.proxy, https_proxy: access.proxy }),
        logs_schedule: settings.logsSeconds,
        daemon: daemonOf(parts),
      },
    },
  }
}

/** The orchestrator that is selected, and its settings alone: what the others still need is no matter here. */
function daemonOf(parts: ConfigurationParts) {
  const { settings, registryPassword } = parts
  const { server, username } = settings.registry
  return {
    selector: settings.orchestrator,
    registry: {
      ...given('server', server),
      ...given('username', username),
      ...given('password', registryPassword?.expose() ?? null),
    },
    [settings.orchestrator]: orchestratorOf(parts),
  }
}

function orchestratorOf(parts: ConfigurationParts) {
  const { settings, portainerKey } = parts
  const { portainer, kubernetes } = settings
  switch (settings.orchestrator) {
    case 'docker':
      return given('network_mode', settings.networkMode ?? loopbackNetwork(parts))
    case 'swarm':
      return given('network', settings.network)
    case 'portainer':
      return {
        ...given('api', portainer.url),
        ...given('api_key', portainerKey?.expose() ?? null),
        ...given('env_id', portainer.environmentId),
        api_version: PORTAINER_API_VERSION,
        ...given('network_mode', settings.networkMode),
        ...given('ca', portainer.caPem === null ? null : [portainer.caPem]),
      }
    case 'kubernetes':
      return { ...given('context', kubernetes.context), ...given('namespace', kubernetes.namespace) }
  }
}

/**
 * A platform of this machine listens on loopback, which inside of a container is the container. On Linux connectors share
 * the machine's network; Docker Desktop has a name for the machine.
 */
function loopbackNetwork({ settings, access, platform }: ConfigurationParts): string | null {
  const own = settings.orchestrator === 'docker' && settings.connectorUrl === null
  return own && platform === 'linux' && LOOPBACK.test(access.url) ? 'host' : null
}

function loopbackUrl({ settings, access, platform }: ConfigurationParts): string | null {
  if (settings.orchestrator !== 'docker' || platform === 'linux' || !LOOPBACK.test(access.url)) return null
  const url = new URL(access.url)
  url.hostname = 'host.docker.internal'
  return url.href
}

function given<Key extends string, Value>(key: Key, value: Value | null): { [key in Key]?: Value } {
  return (value === null ? {} : { [key]: value }) as { [key in Key]?: Value }
}
