import type {
  ActualConnector,
  ConnectorSpec,
  DesiredConnector,
  Evidence,
  UnusableConnector,
} from '../../electron/composer/engine/model.ts'
import { type Orchestrator, OrchestratorError } from '../../electron/composer/orchestrators/orchestrator.ts'
import type { HealthReport, Platform } from '../../electron/composer/platforms/platform.ts'

/** A platform in memory that answers at once, for tests that drive the clock. */
export class MemoryPlatform implements Platform {
  readonly kind = 'opencti'
  readonly calls: string[] = []
  readonly wanted = new Map<string, DesiredConnector>()
  readonly logs: { id: string; lines: readonly string[]; at: number }[] = []
  readonly health: (HealthReport & { id: string; at: number })[] = []
  unusable: UnusableConnector[] = []
  release = '7.1'
  /** rejects the call when it answers an error */
  fault: (call: string) => Error | null = () => null
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  want(id: string, changes: Partial<DesiredConnector> = {}): DesiredConnector {
    const before = this.wanted.get(id)
    const fresh = {
      id,
      name: id,
      image: 'image:1',
      hash: 'h1',
      requested: 'starting',
      reported: null,
      configuration: [],
    }
    const connector = { ...fresh, ...before, ...changes } as DesiredConnector
    this.wanted.set(id, connector)
    return connector
  }

  count(call: string): number {
    return this.calls.filter((made) => made === call).length
  }

  async #call(call: string): Promise<void> {
    this.calls.push(call)
    const error = this.fault(call)
    if (error) throw error
  }

  async version(): Promise<string> {
    await this.#call('version')
    return this.release
  }

  async register(): Promise<string> {
    await this.#call('register')
    return this.release
  }

  async ping(): Promise<string> {
    await this.#call('ping')
    return this.release
  }

  async connectors() {
    await this.#call('connectors')
    return { connectors: [...this.wanted.values()], unusable: this.unusable }
  }

  async reportStatus(id: string, status: 'started' | 'stopped'): Promise<void> {
    await this.#call(`status ${id} ${status}`)
    if (this.wanted.has(id)) this.want(id, { reported: status })
  }

  async reportLogs(id: string, lines: readonly string[]): Promise<void> {
    await this.#call(`logs ${id}`)
    this.logs.push({ id, lines, at: this.#now() })
  }

  async reportHealth(id: string, health: HealthReport): Promise<void> {
    await this.#call(`health ${id}`)
    this.health.push({ ...health, id, at: this.#now() })
  }
}

interface MemoryObject {
  actual: ActualConnector
  evidence: Evidence
  lines: string[]
}

/** An orchestrator in memory that answers at once. */
export class MemoryOrchestrator implements Orchestrator {
  readonly kind = 'docker'
  readonly calls: string[] = []
  readonly objects = new Map<string, MemoryObject>()
  fault: (call: string) => Error | null = () => null
  /** what `prepare` waits for; at once unless set */
  arrival: (spec: ConnectorSpec, signal: AbortSignal) => Promise<void> = async () => {}
  /** what every call but `list` waits for */
  latency: (call: string) => Promise<void> = async () => {}
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  object(connectorId: string): MemoryObject {
    const found = [...this.objects.values()].find(({ actual }) => actual.connectorId === connectorId)
    if (!found) throw new Error(`no object of ${connectorId}`)
    return found
  }

  /** Something happens outside of the composer. */
  change(connectorId: string, actual: Partial<ActualConnector>, evidence: Partial<Evidence> = {}): void {
    const object = this.object(connectorId)
    object.actual = { ...object.actual, ...actual }
    object.evidence = { ...object.evidence, ...evidence }
  }

  count(call: string): number {
    return this.calls.filter((made) => made === call).length
  }

  async #call(call: string): Promise<void> {
    this.calls.push(call)
    const error = this.fault(call)
    if (error) throw error
    if (call !== 'list') await this.latency(call)
  }

  async list() {
    await this.#call('list')
    return [...this.objects.values()].map(({ actual }) => actual)
  }

  async prepare(spec: ConnectorSpec, signal: AbortSignal): Promise<void> {
    await this.#call(`prepare ${spec.connectorId}`)
    await this.arrival(spec, signal)
  }

  async deploy(spec: ConnectorSpec): Promise<void> {
    await this.#call(`deploy ${spec.connectorId}`)
    this.#put(spec)
  }

  async replace(actual: ActualConnector, spec: ConnectorSpec): Promise<void> {
    await this.#call(`replace ${spec.connectorId}`)
    this.objects.delete(actual.ref)
    this.#put(spec)
  }

  #put(spec: ConnectorSpec): void {
    const ref = `${spec.connectorId}/${spec.hash}`
    this.objects.set(ref, {
      actual: {
        ref,
        name: spec.name,
        connectorId: spec.connectorId,
        platform: spec.platform,
        hash: spec.hash,
        state: spec.running ? 'running' : 'stopped',
        createdAt: this.#now(),
        reason: null,
      },
      evidence: {
        restartCount: 0,
        startedAt: spec.running ? this.#now() : null,
        exitCode: null,
        looping: false,
      },
      lines: ['started'],
    })
  }

  async start({ ref, connectorId }: ActualConnector): Promise<void> {
    await this.#call(`start ${connectorId}`)
    this.#found(ref).actual = { ...this.#found(ref).actual, state: 'running' }
    this.#found(ref).evidence = { ...this.#found(ref).evidence, startedAt: this.#now(), restartCount: 0 }
  }

  async stop({ ref, connectorId }: ActualConnector): Promise<void> {
    await this.#call(`stop ${connectorId}`)
    this.#found(ref).actual = { ...this.#found(ref).actual, state: 'stopped' }
  }

  async remove({ ref, connectorId }: ActualConnector): Promise<void> {
    await this.#call(`remove ${connectorId}`)
    this.objects.delete(ref)
  }

  async evidence({ ref, connectorId }: ActualConnector): Promise<Evidence> {
    await this.#call(`evidence ${connectorId}`)
    return this.#found(ref).evidence
  }

  async logs({ ref, connectorId }: ActualConnector): Promise<readonly string[]> {
    await this.#call(`logs ${connectorId}`)
    return this.#found(ref).lines
  }

  #found(ref: string): MemoryObject {
    const object = this.objects.get(ref)
    if (!object) throw new OrchestratorError('no such object', 404)
    return object
  }
}
