import type { V1Container, V1Deployment, V1Secret } from '@kubernetes/client-node'
import type { ConnectorSpec } from '../../engine/model.ts'
import { HASH_VARIABLE, withSuffix } from '../../engine/names.ts'
import { PROXY_CA_PATH } from '../orchestrator.ts'
import { type Registry, registryHost } from '../registry.ts'

/** `daemon.kubernetes`; the names of XTM Composer, and below the line Gatehouse's own. */
export interface KubernetesOptions {
  readonly image_pull_policy?: string | undefined
  readonly image_resources?: Readonly<Record<string, unknown>> | undefined
  readonly base_deployment?: Readonly<Record<string, unknown>> | undefined
  readonly base_deployment_json?: string | undefined

  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

const CA_KEY = 'ca.crt'
const CA_VOLUME = 'proxy-ca-cert'

type Json = Record<string, unknown>

/** The secrets of one configuration carry its hash in their names, so that the old one stays whole until it is gone. */
export function secretNames(name: string, hash: string): { values: string; pull: string } {
  const mark =
    hash
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 10) || 'x'
  return { values: withSuffix(name, `${mark}-env`), pull: withSuffix(name, `${mark}-pull`) }
}

/** Secret values and certificates of a connector, and the login of its registry. None where there is nothing to hide. */
export function secretsOf(spec: ConnectorSpec, name: string, registry: Registry | null): V1Secret[] {
  const names = secretNames(name, spec.hash)
  const values: Record<string, string> = {}
  for (const { name: key, value } of spec.environment) {
    if (typeof value !== 'string') values[key] = value.expose()
  }
  if (spec.proxyCa !== null) values[CA_KEY] = spec.proxyCa
  const secrets: V1Secret[] = []
  const metadata = (name: string) => ({ name, labels: { ...spec.labels } })
  if (Object.keys(values).length > 0) {
    secrets.push({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: metadata(names.values),
      stringData: values,
    })
  }
  if (hasLogin(registry)) {
    secrets.push({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: metadata(names.pull),
      stringData: { '.dockerconfigjson': dockerConfig(registry, spec.image) },
    })
  }
  return secrets
}

/** The Deployment of a connector: generated over the admin's base. `selector` is kept from an existing one, it cannot change. */
export function deploymentOf(
  spec: ConnectorSpec,
  name: string,
  options: KubernetesOptions,
  registry: Registry | null,
  selector?: Readonly<Record<string, string>>,
): V1Deployment {
  const names = secretNames(name, spec.hash)
  const matchLabels = selector ?? spec.labels
  const labels = { ...options.labels, ...spec.labels, ...matchLabels }
  const annotations = { ...options.annotations, [HASH_VARIABLE]: spec.hash }
  const container: V1Container = {
    name,
    image: spec.image,
    imagePullPolicy: options.image_pull_policy ?? 'IfNotPresent',
    env: spec.environment.map(({ name: key, value }) =>
      typeof value === 'string'
        ? { name: key, value: literal(value) }
        : // SECURITY: who may read Deployments must not thereby read secrets.
          { name: key, valueFrom: { secretKeyRef: { name: names.values, key } } },
    ),
    ...(options.image_resources ? { resources: options.image_resources as V1Container['resources'] } : {}),
    ...(spec.proxyCa === null
      ? {}
      : { volumeMounts: [{ name: CA_VOLUME, mountPath: PROXY_CA_PATH, subPath: CA_KEY, readOnly: true }] }),
  } as V1Container
  const generated: V1Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { ...options.labels, ...spec.labels }, annotations },
    spec: {
      replicas: spec.running ? 1 : 0,
      selector: { matchLabels: { ...matchLabels } },
      // Two copies of a connector would fetch the same data and fight for its state.
      strategy: { type: 'Recreate' },
      template: {
        // A pod says which configuration it is of, so that the one before is not taken for it.
        metadata: { labels, annotations: { [HASH_VARIABLE]: spec.hash } },
        spec: {
          containers: [container],
          ...(hasLogin(registry) ? { imagePullSecrets: [{ name: names.pull }] } : {}),
          ...(spec.proxyCa === null
            ? {}
            : {
                volumes: [
                  {
                    name: CA_VOLUME,
                    secret: { secretName: names.values, items: [{ key: CA_KEY, path: CA_KEY }] },
                  },
                ],
              }),
        },
      },
    },
  }
  const made = merged(baseOf(options), generated as unknown as Json) as V1Deployment
  // The API server refuses what a base says of rolling beside Recreate.
  if (made.spec) made.spec.strategy = { type: 'Recreate' }
  return made
}

function baseOf({ base_deployment, base_deployment_json }: KubernetesOptions): Json {
  if (base_deployment) return base_deployment
  return base_deployment_json ? (JSON.parse(base_deployment_json) as Json) : {}
}

/** Kubernetes expands `$(NAME)` in a value; `$$(` is the text itself. */
function literal(value: string): string {
  return value.replaceAll('$(', '$$$$(')
}

function hasLogin(registry: Registry | null): registry is Registry {
  return Boolean(registry?.username && registry.password)
}

function dockerConfig({ server, username, password, email }: Registry, image: string): string {
  const host =
    server ?? (registryHost(image) === 'docker.io' ? 'https://index.docker.io/v1/' : registryHost(image))
  const secret = password?.expose() ?? ''
  const auth = Buffer.from(`${username}:${secret}`).toString('base64')
  return JSON.stringify({ auths: { [host]: { username, password: secret, email: email ?? '', auth } } })
}

/** `above` over `below`: maps key by key, lists of named things by name, everything else replaced. */
function merged(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) {
    const nameOf = (item: unknown): unknown => (item as { name?: unknown } | null)?.name
    if (![...below, ...above].every((item) => typeof nameOf(item) === 'string')) return above
    const kept = below.map((item) => {
      const over = above.find((other) => nameOf(other) === nameOf(item))
      return over === undefined ? item : merged(item, over)
    })
    return [...kept, ...above.filter((item) => !below.some((other) => nameOf(other) === nameOf(item)))]
  }
  if (!isMap(below) || !isMap(above)) return above
  const result: Json = { ...below }
  for (const [key, value] of Object.entries(above)) {
    if (value !== undefined) result[key] = Object.hasOwn(result, key) ? merged(result[key], value) : value
  }
  return result
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
