import type { ComposerView } from '#shared/contract/composer.ts'

/** A composer that was never turned on, on a machine with Docker; `change` as a test wants it. */
export function composerView(change: Partial<ComposerView> = {}): ComposerView {
  return {
    settings: {
      enabled: false,
      connectionId: 'local',
      managerId: 'gatehouse-x1Yb0q9ZkLmN',
      managerName: 'Gatehouse composer',
      orchestrator: 'docker',
      dockerHost: null,
      networkMode: null,
      network: null,
      portainer: { url: null, environmentId: null, caPem: null },
      kubernetes: { context: null, namespace: null },
      registry: { server: null, username: null },
      connectorUrl: null,
      executeSeconds: 30,
      logsSeconds: 10,
      crashLoopRestarts: 10,
    },
    secrets: { token: 'none', portainerKey: 'none', registryPassword: 'none' },
    run: { state: 'off' },
    progress: null,
    lastLines: [],
    docker: [{ host: 'unix:///var/run/docker.sock', state: 'ready' }],
    ...change,
  }
}
