import { Agent } from 'node:https'
import { rootCertificates } from 'node:tls'
import type { Secret } from '#base/secret.ts'
import { containerOrchestrator } from '../docker/containers.ts'
import { engineClient } from '../docker/engine-client.ts'
import { hostConfig } from '../docker/options.ts'
import type { Orchestrator } from '../orchestrator.ts'
import { certificates } from '../proxy-ca.ts'
import type { Registry } from '../registry.ts'

/** `daemon.portainer`; the names of XTM Composer, and below the line Gatehouse's own. */
export interface PortainerOptions {
  readonly api: string
  readonly env_id: string
  readonly api_version: string
  readonly stack?: string | undefined
  readonly network_mode?: string | undefined

  readonly ca?: readonly string[] | undefined
  readonly unsecured_certificate?: boolean | undefined
}

/**
 * Connectors as containers of a Docker Engine behind Portainer, which hands the Engine API on below
 * `/api/endpoints/{env_id}/docker/{api_version}`.
 */
export function portainerOrchestrator(
  options: PortainerOptions,
  apiKey: Secret,
  common: { readonly managerId: string; readonly registry: Registry | null },
): Orchestrator {
  const { protocol, hostname, port, pathname } = new URL(options.api)
  const secure = protocol === 'https:'
  const base = pathname.replace(/^\/+|\/+$/g, '')
  const engine = engineClient({
    host: hostname,
    port: Number(port || (secure ? 443 : 80)),
    protocol: secure ? 'https' : 'http',
    headers: { 'X-API-KEY': apiKey.expose() },
    prefix: `${base === '' ? '' : `${base}/`}api/endpoints/${options.env_id}/docker/${options.api_version}`,
    ...(secure
      ? {
          agent: new Agent({
            keepAlive: true,
            // SECURITY: the key gives root on the engine's machine; it goes to a verified server unless turned off by name.
            rejectUnauthorized: options.unsecured_certificate !== true,
            ...(options.ca ? { ca: [...rootCertificates, ...certificates(options.ca)] } : {}),
          }),
        }
      : {}),
  })
  return containerOrchestrator(engine, {
    ...common,
    kind: 'portainer',
    hostConfig: hostConfig({ network_mode: options.network_mode }),
    labels: options.stack ? { 'com.docker.compose.project': options.stack } : {},
  })
}
