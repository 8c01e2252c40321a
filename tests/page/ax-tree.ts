import { cdp } from 'vitest/browser'

/** A node of the tree that screen readers read, as Chromium builds it. */
export interface AxNode {
  id: string
  role: string
  name: string
  description: string
  properties: Readonly<Record<string, unknown>>
  parent: AxNode | null
  children: AxNode[]
}

interface RawNode {
  nodeId: string
  ignored: boolean
  role?: { value: string }
  name?: { value: string }
  description?: { value: string }
  value?: { value: unknown }
  properties?: { name: string; value: { value?: unknown } }[]
  parentId?: string
  childIds?: string[]
}

interface FrameTree {
  frame: { id: string; name?: string }
  childFrames?: FrameTree[]
}

/** The whole tree of this page; Vitest draws it inside a frame of its own. */
export async function readAxTree(): Promise<AxNode[]> {
  const session = cdp() as unknown as { send(method: string, parameters?: object): Promise<never> }
  const { frameTree }: { frameTree: FrameTree } = await session.send('Page.getFrameTree')
  const frameId = frameTree.childFrames?.at(-1)?.frame.id ?? frameTree.frame.id
  const { nodes }: { nodes: RawNode[] } = await session.send('Accessibility.getFullAXTree', { frameId })
  return treeOf(nodes)
}

/** The nodes that are not ignored, each below the next one above it that is not. */
export function treeOf(raw: readonly RawNode[]): AxNode[] {
  const rawById = new Map(raw.map((node) => [node.nodeId, node]))
  const nodes = new Map<string, AxNode>()
  for (const { nodeId, ignored, role, name, description, value, properties = [] } of raw) {
    if (ignored) continue
    nodes.set(nodeId, {
      id: nodeId,
      role: role?.value ?? '',
      name: (name?.value ?? '').trim(),
      description: (description?.value ?? '').trim(),
      properties: {
        ...Object.fromEntries(properties.map((property) => [property.name, property.value.value])),
        ...(value && { value: value.value }),
      },
      parent: null,
      children: [],
    })
  }
  const kept = (id: string | undefined): AxNode | null => {
    for (let at = id; at !== undefined; at = rawById.get(at)?.parentId) {
      const node = nodes.get(at)
      if (node) return node
    }
    return null
  }
  for (const node of nodes.values()) {
    node.parent = kept(rawById.get(node.id)?.parentId)
    node.parent?.children.push(node)
  }
  return [...nodes.values()]
}

/** What it lies in, from the inside out. */
export function* ancestors(node: AxNode): Generator<AxNode> {
  for (let at = node.parent; at !== null; at = at.parent) yield at
}
