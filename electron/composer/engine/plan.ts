import type { PlatformKind, ReportedStatus } from './model.ts'
import { type ActualConnector, type DesiredConnector, type DesiredList, reportedStatus } from './model.ts'
import { containerName, isIncoming, nameWithId } from './names.ts'

/**
 * One step towards what the platform wants. At most one of deploy, replace, start, stop, rename a connector and cycle; the next
 * cycle sees what came of it.
 */
export type Action =
  | { readonly kind: 'deploy'; readonly connector: DesiredConnector; readonly name: string }
  | {
      readonly kind: 'replace' | 'rename'
      readonly connector: DesiredConnector
      readonly name: string
      readonly actual: ActualConnector
    }
  | {
      readonly kind: 'start' | 'stop'
      readonly connector: DesiredConnector
      readonly actual: ActualConnector
    }
  | {
      readonly kind: 'remove'
      readonly connectorId: string
      readonly actual: ActualConnector
      readonly why: 'orphan' | 'duplicate'
    }
  | { readonly kind: 'report'; readonly connectorId: string; readonly status: ReportedStatus }

export interface Plan {
  readonly actions: readonly Action[]
  /** the object that runs each connector, by connector id */
  readonly current: ReadonlyMap<string, ActualConnector>
  /** connectors of ours that have an object, wanted or not: the base of the guard against mass removal */
  readonly owned: readonly string[]
}

/**
 * What must be done so that `actual` becomes `desired`. Pure.
 * Objects of another platform, and objects without a connector id, are never touched.
 */
export function plan(platform: PlatformKind, desired: DesiredList, actual: readonly ActualConnector[]): Plan {
  const ours = new Map<string, ActualConnector[]>()
  for (const object of actual) {
    if (object.connectorId === null || (object.platform ?? platform) !== platform) continue
    const siblings = ours.get(object.connectorId)
    if (siblings) siblings.push(object)
    else ours.set(object.connectorId, [object])
  }
  const known = new Set([...desired.connectors, ...desired.unusable].map(({ id }) => id))
  const actions: Action[] = []
  const current = new Map<string, ActualConnector>()
  const taken = new Set<string>(actual.map(({ name }) => name))
  const seen = new Set<string>()

  for (const connector of desired.connectors) {
    // A platform that lists an id twice must not make two containers fight.
    if (seen.has(connector.id)) continue
    seen.add(connector.id)
    const [object, ...duplicates] = bestFirst(ours.get(connector.id) ?? [], connector)
    for (const duplicate of duplicates) {
      actions.push({ kind: 'remove', connectorId: connector.id, actual: duplicate, why: 'duplicate' })
    }
    const name = freeName(connector, object, taken)
    taken.add(name)
    if (!object) {
      actions.push({ kind: 'deploy', connector, name })
      if (connector.reported !== 'stopped') {
        actions.push({ kind: 'report', connectorId: connector.id, status: 'stopped' })
      }
      continue
    }
    current.set(connector.id, object)
    const status = reportedStatus(object.state)
    if (status !== connector.reported) {
      actions.push({ kind: 'report', connectorId: connector.id, status })
    }
    const step = alignment(connector, object, name)
    if (step) actions.push(step)
  }

  for (const { id } of desired.unusable) {
    // What runs of it goes on running, so its health and its log are still told.
    const [object] = ours.get(id) ?? []
    if (object && !current.has(id)) current.set(id, object)
  }
  for (const [connectorId, objects] of ours) {
    if (known.has(connectorId)) continue
    for (const object of objects) {
      actions.push({ kind: 'remove', connectorId, actual: object, why: 'orphan' })
    }
  }
  return { actions, current, owned: [...ours.keys()] }
}

function alignment(connector: DesiredConnector, actual: ActualConnector, name: string): Action | null {
  if (actual.hash !== connector.hash) return { kind: 'replace', connector, name, actual }
  if (connector.requested === 'starting' && actual.state === 'stopped') {
    return { kind: 'start', connector, actual }
  }
  if (connector.requested === 'stopping' && actual.state !== 'stopped') {
    return { kind: 'stop', connector, actual }
  }
  if (isIncoming(actual) && actual.name !== name) return { kind: 'rename', connector, name, actual }
  return null
}

/**
 * The object to keep comes first: the wanted configuration before an older one, then the newest. One that should run and
 * lies still proves nothing yet: a composer that ended in the middle of a replacement left it beside the old one.
 */
function bestFirst(
  objects: readonly ActualConnector[],
  { hash, requested }: DesiredConnector,
): ActualConnector[] {
  const worth = (object: ActualConnector): number => {
    const runs = requested === 'stopping' || object.state !== 'stopped'
    return Number(runs) + Number(runs && object.hash === hash)
  }
  return [...objects].sort(
    (a, b) =>
      worth(b) - worth(a) || Number(b.hash === hash) - Number(a.hash === hash) || b.createdAt - a.createdAt,
  )
}

/** The plain name unless another object or an earlier connector has it, then the one with the id. */
function freeName(
  connector: DesiredConnector,
  object: ActualConnector | undefined,
  taken: ReadonlySet<string>,
): string {
  const plain = containerName(connector.name)
  if (object?.name === plain || !taken.has(plain)) return plain
  return nameWithId(plain, connector.id)
}
