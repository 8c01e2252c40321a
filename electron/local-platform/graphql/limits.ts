import { type ASTVisitor, Kind, type SelectionSetNode, type ValidationContext } from 'graphql'
import { createGraphQLError } from 'graphql-yoga'

/** How often one root field may stand in a document (opencti-api.md §1, `app.graphql.batching_protection`). */
const MOST_QUERY_FIELDS = 2
const MOST_MUTATION_FIELDS = 1
/** GraphQL armor's bounds. */
const DEEPEST = 20
export const MOST_LEXICAL_TOKENS = 20_000

/**
 * Validation rule: the same root field at most twice in a document of queries and once in one of mutations.
 * SECURITY: no brute force by aliases, no batch of revocations in one request.
 */
export function aliasLimits(context: ValidationContext): ASTVisitor {
  const counts = new Map<string, number>()
  const schema = context.getSchema()
  const most = new Map([
    [schema.getQueryType(), MOST_QUERY_FIELDS],
    [schema.getMutationType(), MOST_MUTATION_FIELDS],
    // What stands below `userEdit` changes accounts too.
    [schema.getType('UserEditMutations'), MOST_MUTATION_FIELDS],
  ])
  return {
    Field(node) {
      const parent = context.getParentType()
      const limit = most.get(parent as never)
      if (!parent || limit === undefined) return
      const field = `${parent.name}->${node.name.value}`
      const count = (counts.get(field) ?? 0) + 1
      counts.set(field, count)
      if (count === limit + 1) {
        context.reportError(
          createGraphQLError(`Allowed number of calls for '${field}' has been exceeded (max: ${limit})`, {
            nodes: node,
          }),
        )
      }
    },
  }
}

/**
 * Validation rule: no `__schema`, no `__type`.
 * SECURITY: introspection is off, as OpenCTI ships it.
 */
export function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== '__schema' && node.name.value !== '__type') return
      context.reportError(createGraphQLError('GraphQL introspection is not allowed', { nodes: node }))
    },
  }
}

/** Validation rule: nothing nested deeper than 20 selections, fragments followed. */
export function depthLimit(context: ValidationContext): ASTVisitor {
  const known = new Map<string, number>()
  const fragmentDepth = (name: string): number => {
    const found = known.get(name)
    if (found !== undefined) return found
    // A circle is another rule's error; here it must only not be followed for ever.
    known.set(name, 0)
    const fragment = context.getFragment(name)
    const depth = fragment ? depthOf(fragment.selectionSet) : 0
    known.set(name, depth)
    return depth
  }
  const depthOf = (set: SelectionSetNode | undefined): number => {
    let deepest = 0
    for (const selection of set?.selections ?? []) {
      const depth =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragmentDepth(selection.name.value)
          : depthOf(selection.selectionSet) + (selection.kind === Kind.FIELD ? 1 : 0)
      deepest = Math.max(deepest, depth)
    }
    return deepest
  }
  return {
    OperationDefinition(node) {
      const depth = depthOf(node.selectionSet)
      if (depth > DEEPEST) {
        context.reportError(
          createGraphQLError(`Query depth limit of ${DEEPEST} exceeded, found ${depth}.`, { nodes: node }),
        )
      }
    },
  }
}
