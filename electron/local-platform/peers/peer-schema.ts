import { type ASTNode, type DirectiveNode, type DocumentNode, Kind, parse, visit } from 'graphql'
import type { Peer } from './peer.ts'

/** Resolvers by type and field. */
export type Resolvers = Record<string, Record<string, unknown>>

/**
 * The schema as `peer` has it: without what is marked `@extension`, `@since7` or `@until7` and is not its own. A definition
 * of which nothing remains is none either.
 */
export function peerSchema(schemaText: string, peer: Peer): DocumentNode {
  const absent = new Set([...(peer.extensions ? [] : ['extension']), peer.apiTokens ? 'until7' : 'since7'])
  const isAbsent = (node: ASTNode): boolean =>
    'directives' in node &&
    (node.directives as readonly DirectiveNode[] | undefined)?.some(({ name }) => absent.has(name.value)) ===
      true
  return visit(parse(schemaText), { enter: (node) => (isAbsent(node) ? null : undefined) })
}

/** The resolvers of what the schema has; those of a peer's absent fields are left out. */
export function peerResolvers(schema: DocumentNode, resolvers: Resolvers): Resolvers {
  const fields = new Map<string, Set<string>>()
  for (const definition of schema.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    fields.set(definition.name.value, new Set(definition.fields?.map(({ name }) => name.value)))
  }
  return Object.fromEntries(
    Object.entries(resolvers).flatMap(([type, byField]) => {
      const known = fields.get(type)
      if (!known) return []
      return [[type, Object.fromEntries(Object.entries(byField).filter(([field]) => known.has(field)))]]
    }),
  )
}
