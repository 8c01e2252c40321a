import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isScalar, parseDocument, visit } from 'yaml'
import { BUILT_IN } from './schema.ts'

export type Tree = { [key: string]: unknown }

/** A difficulty in words for an admin. */
export interface Problem {
  /** `opencti.daemon.selector`, or the name of a file */
  readonly where: string
  readonly what: string
  /** an error keeps the composer from starting */
  readonly grade: 'error' | 'warning'
}

const ENDINGS = ['yaml', 'yml', 'json'] as const
/** Below these keys stand Kubernetes objects, whose numbers must stay numbers. */
export const TYPED_BELOW = new Set(['base_deployment', 'image_resources'])
const ROOTS = ['manager', 'opencti', 'openaev']

export interface SourceOptions {
  /** folder that holds `config/` */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** one file in the place of `config/default` and `config/$COMPOSER_ENV` */
  readonly file?: string | undefined
}

/**
 * The settings of all sources on one tree, later over earlier: built in, `config/default.*`, `config/$COMPOSER_ENV.*`
 * (`production` unless set) or the one file, environment.
 */
export function readSources({ folder, env, file }: SourceOptions): { tree: Tree; problems: Problem[] } {
  const problems: Problem[] = []
  const files =
    file === undefined
      ? [join(folder, 'config', 'default'), join(folder, 'config', env.COMPOSER_ENV || 'production')].map(
          withEnding,
        )
      : [{ path: file, text: textOf(file) }]
  let tree: Tree = {}
  for (const { path, text } of files) {
    if (text === null) {
      if (file !== undefined) problems.push({ where: path, what: 'cannot be read', grade: 'error' })
      continue
    }
    tree = merged(tree, parsedFile(path, text, problems))
  }
  const above = environmentTree(env, problems)
  for (const where of hidden(tree, above)) {
    problems.push({ where, what: NO_SECTION, grade: 'error' })
  }
  return { tree: withBuiltIn(merged(tree, above)), problems }
}

/** What a section is told that holds something else. */
export const NO_SECTION = 'must hold keys of its own'

/**
 * Sections of the files that hold no keys (`opencti: 5`) and that the environment would replace without a word. A list, and
 * JSON in a text, are taken the place of by numbered variables, which is meant.
 */
function hidden(below: Tree, above: Tree, at: readonly string[] = []): string[] {
  return Object.entries(above).flatMap(([key, value]) => {
    const under = Object.hasOwn(below, key) ? below[key] : undefined
    if (!isTree(value) || under === undefined || under === null || under === '') return []
    if (isTree(under)) return hidden(under, value, [...at, key])
    const numbered = Object.keys(value).every((name) => /^\d+$/.test(name))
    const meant = numbered || (typeof under === 'string' && /^\s*[[{]/.test(under))
    return meant ? [] : [[...at, key].join('.')]
  })
}

/** `tree` over what is built in. */
export function withBuiltIn(tree: Tree): Tree {
  return merged(structuredClone(BUILT_IN) as unknown as Tree, tree)
}

function withEnding(base: string): { path: string; text: string | null } {
  for (const ending of ENDINGS) {
    const text = textOf(`${base}.${ending}`)
    if (text !== null) return { path: `${base}.${ending}`, text }
  }
  return { path: base, text: null }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function parsedFile(path: string, text: string, problems: Problem[]): Tree {
  const document = parseDocument(text, { schema: 'core', uniqueKeys: true })
  for (const { message, linePos } of document.errors) {
    const line = linePos ? `line ${linePos[0].line}: ` : ''
    problems.push({ where: path, what: `${line}${withoutQuotes(message)}`, grade: 'error' })
  }
  if (document.errors.length > 0) return {}
  visit(document, {
    Pair: (_, pair) =>
      isScalar(pair.key) && TYPED_BELOW.has(String(pair.key.value)) ? visit.SKIP : undefined,
    Scalar(_, node) {
      // As written: YAML would turn the token 00123 into 123 and 1e5 into 100000.
      if (typeof node.value !== 'string' && node.value !== null && node.source) node.value = node.source
    },
  })
  let tree: unknown
  try {
    tree = document.toJS({ maxAliasCount: 100 })
  } catch {
    problems.push({ where: path, what: 'has aliases that lead nowhere, or to too much', grade: 'error' })
    return {}
  }
  if (tree === null) return {}
  if (typeof tree === 'object' && !Array.isArray(tree)) return tree as Tree
  problems.push({ where: path, what: 'must hold keys and values', grade: 'error' })
  return {}
}

/** SECURITY: behind its first colon the parser quotes what it stumbled over, and that may be a token. */
function withoutQuotes(message: string): string {
  return message.split(/[:\n"]/, 1)[0] ?? ''
}

/** `OPENCTI__DAEMON__SELECTOR=docker` is opencti.daemon.selector. Values stay as they were written. */
function environmentTree(env: SourceOptions['env'], problems: Problem[]): Tree {
  const tree: Tree = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue
    const path = name.toLowerCase().split('__')
    if (path.length < 2) {
      if (/^(opencti|openaev)_(url|token)$/.test(name.toLowerCase())) {
        const meant = name.toUpperCase().replace('_', '__')
        problems.push({ where: name, what: `is no setting; ${meant} is`, grade: 'warning' })
      }
      continue
    }
    if (!ROOTS.includes(path[0] as string)) continue
    set(tree, path, value)
  }
  return tree
}

function set(tree: Tree, path: readonly string[], value: string): void {
  let at = tree
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined
    if (typeof next !== 'object' || next === null) at[key] = Object.create(null)
    at = at[key] as Tree
  }
  at[path.at(-1) as string] = value
}

function merged(below: Tree, above: Tree): Tree {
  const result: Tree = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(result, key) ? result[key] : undefined
    // A section whose keys are all commented out is null in YAML.
    if (isTree(under) && value === null) continue
    result[key] = isTree(under) && isTree(value) ? merged(under, value) : value
  }
  return result
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
