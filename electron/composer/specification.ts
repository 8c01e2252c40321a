import { Secret } from '#base/secret.ts'
import type { ComposerConfig, PlatformConfig } from './config/load.ts'
import { connectorEnvironment } from './engine/environment.ts'
import type { ConnectorSpec, DesiredConnector, EnvironmentEntry } from './engine/model.ts'
import { HASH_VARIABLE, ownershipLabels } from './engine/names.ts'
import { PROXY_CA_PATH } from './orchestrators/orchestrator.ts'
import { proxyCaBundle } from './orchestrators/proxy-ca.ts'
import { imageReference } from './orchestrators/registry.ts'
import { systemProxy } from './platforms/proxy.ts'
import { decrypt } from './secrets/decrypt.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Variables by which the usual runtimes find the roots to trust. */
const CA_VARIABLES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'CURL_CA_BUNDLE']

/** Makes the specification of a platform's connectors: environment opened and completed, image named in full, labels. */
export function specifier(
  config: ComposerConfig,
  platform: PlatformConfig,
  env: Env,
): (connector: DesiredConnector, name: string) => ConnectorSpec {
  const { settings, kind } = platform
  const open = (ciphertext: string): Secret => decrypt(ciphertext, config.key.privateKey)
  return (connector, name) => {
    const proxyCa = settings.with_proxy ? proxyCaBundle(settings.https_proxy_ca ?? []) : null
    const additions = [...addresses(config), ...own(connector), ...proxies(platform, proxyCa !== null, env)]
    return {
      platform: kind,
      connectorId: connector.id,
      name,
      image: imageReference(connector.image, platform.registry),
      hash: connector.hash,
      environment: connectorEnvironment(connector.configuration, additions, open),
      labels: ownershipLabels(config.manager.id, kind, connector.id),
      running: connector.requested === 'starting',
      proxyCa,
    }
  }
}

/** Each enabled platform's address, whatever the connector's own. */
function addresses({ urls }: ComposerConfig): EnvironmentEntry[] {
  return [
    ...(urls.opencti ? [{ name: 'OPENCTI_URL', value: urls.opencti }] : []),
    ...(urls.openaev ? [{ name: 'OPENAEV_URL', value: urls.openaev }] : []),
  ]
}

function own({ hash }: DesiredConnector): EnvironmentEntry[] {
  return [{ name: HASH_VARIABLE, value: hash }]
}

function proxies({ settings }: PlatformConfig, hasCa: boolean, env: Env): EnvironmentEntry[] {
  if (!settings.with_proxy) return []
  const entries: EnvironmentEntry[] = []
  const given = {
    HTTP_PROXY: settings.http_proxy ?? systemProxy('HTTP_PROXY', env),
    HTTPS_PROXY: settings.https_proxy ?? systemProxy('HTTPS_PROXY', env),
  }
  // SECURITY: a proxy's address often carries a password.
  for (const [name, value] of Object.entries(given)) {
    if (value) entries.push({ name, value: new Secret(value) })
  }
  const without = settings.no_proxy ?? systemProxy('NO_PROXY', env)
  if (without) entries.push({ name: 'NO_PROXY', value: without })
  if (hasCa) entries.push(...CA_VARIABLES.map((name) => ({ name, value: PROXY_CA_PATH })))
  if (!settings.https_proxy_reject_unauthorized) {
    entries.push({ name: 'NODE_TLS_REJECT_UNAUTHORIZED', value: '0' })
  }
  return entries
}
