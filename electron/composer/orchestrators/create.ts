import type { ComposerConfig, PlatformConfig } from '../config/load.ts'
import { containerOrchestrator } from './docker/containers.ts'
import { engineClient } from './docker/engine-client.ts'
import { hostConfig } from './docker/options.ts'
import { kubernetesOrchestrator } from './kubernetes/deployments.ts'
import type { Orchestrator } from './orchestrator.ts'
import { portainerOrchestrator } from './portainer/portainer.ts'
import { swarmOrchestrator } from './swarm/services.ts'

/**
 * The orchestrator that a platform selected.
 * @throws Error with the setting at fault
 */
export async function createOrchestrator(
  config: ComposerConfig,
  platform: PlatformConfig,
): Promise<Orchestrator> {
  const { daemon } = platform.settings
  const common = { managerId: config.manager.id, registry: platform.registry }
  switch (daemon.selector) {
    case 'docker': {
      const options = daemon.docker ?? {}
      const labels = options.labels ?? {}
      return containerOrchestrator(engineClient(), {
        ...common,
        kind: 'docker',
        hostConfig: hostConfig(options),
        labels,
      })
    }
    case 'swarm':
      return swarmOrchestrator(engineClient(), { ...common, options: daemon.swarm ?? {} })
    case 'portainer': {
      if (!daemon.portainer || !platform.apiKey)
        throw new Error(`${platform.kind}.daemon.portainer is missing`)
      return portainerOrchestrator(daemon.portainer, platform.apiKey, common)
    }
    case 'kubernetes': {
      const options = daemon.kubernetes ?? {}
      const { connectCluster } = await import('./kubernetes/cluster.ts')
      return kubernetesOrchestrator(await connectCluster(options), { ...common, options })
    }
  }
}
