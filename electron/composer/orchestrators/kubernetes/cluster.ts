import type { V1Deployment, V1Pod, V1Secret } from '@kubernetes/client-node'
import { OrchestratorError } from '../orchestrator.ts'

/** The few calls of the Kubernetes API that connectors need, in one namespace: exactly what the role in `resources/` grants. */
export interface Cluster {
  deployments(labelSelector: string): Promise<V1Deployment[]>
  pods(labelSelector: string): Promise<V1Pod[]>
  deployment(name: string): Promise<V1Deployment>
  createDeployment(body: V1Deployment): Promise<void>
  /** @throws OrchestratorError 409 when it changed since it was read */
  replaceDeployment(name: string, body: V1Deployment): Promise<void>
  deleteDeployment(name: string): Promise<void>
  createSecret(body: V1Secret): Promise<void>
  deleteSecret(name: string): Promise<void>
  log(pod: string, container: string, lines: number, previous: boolean): Promise<string>
}

const OLDEST_NODE = 22
const MOST_LOG_BYTES = 2 * 1024 * 1024

/**
 * A cluster by the usual search: KUBECONFIG, `~/.kube/config`, the pod's own account.
 * The client is loaded here and not before: it needs a newer Node than some hosts of the other orchestrators have.
 */
export async function connectCluster(options: {
  readonly context?: string | undefined
  readonly namespace?: string | undefined
}): Promise<Cluster> {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new Error(
      `daemon.selector kubernetes needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}`,
    )
  }
  const { AppsV1Api, CoreV1Api, KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromDefault()
  if (options.context) config.setCurrentContext(options.context)
  const namespace =
    options.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? 'default'
  const apps = config.makeApiClient(AppsV1Api)
  const core = config.makeApiClient(CoreV1Api)
  const ask = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      throw clusterError(error)
    }
  }
  return {
    deployments: async (labelSelector) =>
      (await ask(apps.listNamespacedDeployment({ namespace, labelSelector }))).items,
    pods: async (labelSelector) => (await ask(core.listNamespacedPod({ namespace, labelSelector }))).items,
    deployment: (name) => ask(apps.readNamespacedDeployment({ name, namespace })),
    createDeployment: async (body) => void (await ask(apps.createNamespacedDeployment({ namespace, body }))),
    replaceDeployment: async (name, body) =>
      void (await ask(apps.replaceNamespacedDeployment({ name, namespace, body }))),
    deleteDeployment: async (name) =>
      void (await ask(apps.deleteNamespacedDeployment({ name, namespace, propagationPolicy: 'Background' }))),
    createSecret: async (body) => void (await ask(core.createNamespacedSecret({ namespace, body }))),
    deleteSecret: async (name) => void (await ask(core.deleteNamespacedSecret({ name, namespace }))),
    log: (name, container, tailLines, previous) =>
      ask(
        core.readNamespacedPodLog({
          name,
          namespace,
          container,
          tailLines,
          previous,
          limitBytes: MOST_LOG_BYTES,
        }),
      ),
  }
}

/** The words of the API server's status; the client's own message carries whole headers and bodies. */
function clusterError(error: unknown): OrchestratorError {
  const { code, body, message } = error as { code?: unknown; body?: unknown; message?: unknown }
  let status = body
  if (typeof body === 'string') {
    try {
      status = JSON.parse(body)
    } catch {
      status = undefined
    }
  }
  const said = (status as { message?: unknown } | undefined)?.message
  if (typeof code === 'number') {
    return new OrchestratorError(typeof said === 'string' ? said : `the cluster answered ${code}`, code)
  }
  return new OrchestratorError(typeof message === 'string' ? message : 'the cluster does not answer', null)
}
