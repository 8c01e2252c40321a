import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Secret } from '#base/secret.ts'
import { platformUrl } from '#shared/domain/platform-url.ts'
import { PLATFORM_KINDS, type PlatformKind } from '../engine/model.ts'
import { certificates } from '../orchestrators/proxy-ca.ts'
import type { Registry } from '../orchestrators/registry.ts'
import { KeyError, type ManagerKey, managerKey } from '../secrets/private-key.ts'
import { ComposerSettings, type PlatformSettings } from './schema.ts'
import {
  isTree,
  NO_SECTION,
  type Problem,
  readSources,
  type SourceOptions,
  type Tree,
  TYPED_BELOW,
} from './sources.ts'

/** One enabled platform, ready to use: secrets read from their files, its own registry found. */
export interface PlatformConfig {
  readonly kind: PlatformKind
  readonly settings: PlatformSettings
  /** without a trailing slash */
  readonly url: string
  /** the same as connectors reach it */
  readonly connectorUrl: string
  readonly token: Secret
  readonly registry: Registry | null
  /** Portainer's, when that is selected */
  readonly apiKey: Secret | null
}

export interface ComposerConfig {
  readonly manager: ComposerSettings['manager']
  readonly key: ManagerKey
  readonly platforms: readonly PlatformConfig[]
  /** addresses of the enabled platforms as every connector is told them */
  readonly urls: Readonly<Partial<Record<PlatformKind, string>>>
}

export interface Loaded {
  /** null when a problem is an error */
  readonly config: ComposerConfig | null
  readonly problems: readonly Problem[]
}

const PLACEHOLDER = 'ChangeMe'

/** Reads, checks and completes the configuration of all sources. Names every problem, not only the first. */
export function loadConfig(options: SourceOptions): Loaded {
  const { tree, problems } = readSources(options)
  return configOf(tree, problems)
}

/** Checks and completes a configuration. @param problems those found so far; further ones are added */
export function configOf(tree: Tree, problems: Problem[]): Loaded {
  const settings = parsed(tree, problems)
  if (settings === null) return { config: null, problems }
  const key = readKey(settings.manager, problems)
  if (settings.manager.debug.show_env_vars || settings.manager.debug.show_sensitive_env_vars) {
    // SECURITY: XTM Composer could write decrypted secrets into its log.
    problems.push({
      where: 'manager.debug',
      what: 'does nothing: environments are not logged',
      grade: 'warning',
    })
  }
  const { directory, path } = settings.manager.logger
  if (directory && path && !mayBecomeFolder(path)) {
    problems.push({
      where: 'manager.logger.path',
      what: 'is no folder and cannot become one',
      grade: 'error',
    })
  }
  const platforms = PLATFORM_KINDS.filter((kind) => settings[kind].enable).map((kind) =>
    platformConfig(kind, settings, problems),
  )
  if (platforms.length === 0) {
    problems.push({
      where: 'opencti.enable',
      what: 'no platform is enabled, so there is nothing to do',
      grade: 'error',
    })
  }
  if (key === null || problems.some(({ grade }) => grade === 'error')) return { config: null, problems }
  return {
    config: {
      manager: settings.manager,
      key,
      platforms,
      urls: Object.fromEntries(platforms.map(({ kind, connectorUrl }) => [kind, connectorUrl])),
    },
    problems,
  }
}

function parsed(tree: Tree, problems: Problem[]): ComposerSettings | null {
  const copy = withoutNothing(structuredClone(tree))
  const first = ComposerSettings.safeParse(copy)
  if (first.success) return first.data
  for (const issue of first.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const holder = issue.path.reduce<unknown>((at, step) => (at as Tree | undefined)?.[String(step)], copy)
    // A list that came as a text, or in numbered variables, is not at this path: its keys are errors below.
    if (!isTree(holder) || Object.keys(holder).some((key) => /^\d+$/.test(key))) continue
    for (const key of issue.keys) {
      delete holder[key]
      const where = placeOf([...issue.path, key])
      problems.push({ where, what: 'is no setting and is ignored', grade: 'warning' })
    }
  }
  const second = ComposerSettings.safeParse(copy)
  if (second.success) return second.data
  for (const issue of second.error.issues) {
    const where = placeOf(issue.path)
    const what = sentenceOf(issue)
    if (!problems.some((known) => known.where === where && known.what === what)) {
      problems.push({ where, what, grade: 'error' })
    }
    drop(copy, issue.path)
  }
  // With the defaults in the place of what is wrong, so that what is looked at later is named in the same run.
  return ComposerSettings.safeParse(copy).data ?? null
}

/** The words of the schema where it has some, else of the kind of the issue; never a value. */
function sentenceOf(issue: { code: string; message: string; expected?: unknown; input?: unknown }): string {
  if (issue.code === 'unrecognized_keys') return 'holds a key that is no setting'
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message
  if (issue.expected === 'object' || issue.expected === 'record') return NO_SECTION
  return issue.message.endsWith('NaN') || issue.message.endsWith('undefined')
    ? 'is missing'
    : `must be a ${issue.expected}`
}

/** Keys without a value say nothing; `registry:` with all its keys commented out is one. */
function withoutNothing(tree: Tree): Tree {
  for (const [key, value] of Object.entries(tree)) {
    if (value === null) delete tree[key]
    else if (isTree(value) && !TYPED_BELOW.has(key)) withoutNothing(value)
  }
  return tree
}

/**
 * `opencti.daemon.selector`.
 * SECURITY: `token:abc`, the space forgotten, is one long name in YAML; of a name only what looks like one is told.
 */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map(String)
    .map((step) => (SETTING.test(step) ? step : `${/^[a-z_]{0,32}/i.exec(step)?.[0]}…`))
    .join('.')
}
const SETTING = /^(?:[a-z_]{1,32}|\d{1,6})$/i

/** Takes a value out of the tree; one that is not there stays away. */
function drop(tree: Tree, path: readonly PropertyKey[]): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Tree | undefined)?.[String(step)], tree)
  if (typeof holder === 'object' && holder !== null) delete (holder as Tree)[String(path.at(-1))]
}

function readKey(manager: ComposerSettings['manager'], problems: Problem[]): ManagerKey | null {
  const { credentials_key: inline, credentials_key_filepath: file } = manager
  const where = file ? 'manager.credentials_key_filepath' : 'manager.credentials_key'
  if (file && inline) {
    problems.push({ where, what: 'wins over manager.credentials_key, which is set too', grade: 'warning' })
  }
  const pem = file ? readSecretFile(where, file, problems) : inline
  if (!pem) {
    if (!file)
      problems.push({ where, what: 'is missing, and so is manager.credentials_key_filepath', grade: 'error' })
    return null
  }
  try {
    return managerKey(pem)
  } catch (error) {
    const what = error instanceof KeyError ? error.message : 'cannot be used'
    problems.push({ where, what, grade: 'error' })
    return null
  }
}

function platformConfig(kind: PlatformKind, all: ComposerSettings, problems: Problem[]): PlatformConfig {
  const settings = all[kind]
  const at = (key: string): string => `${kind}.${key}`
  const error = (key: string, what: string): void => {
    problems.push({ where: at(key), what, grade: 'error' })
  }
  const url = platformUrl(settings.url)
  if (url === null) error('url', 'is no http or https address, or carries a password')
  const connectorUrl = settings.connector_url === undefined ? url : platformUrl(settings.connector_url)
  if (url !== null && connectorUrl === null)
    error('connector_url', 'is no http or https address, or carries a password')
  const token = secretOf(at('token'), settings.token, settings.token_file, problems)
  if (token === PLACEHOLDER) error('token', `is still ${PLACEHOLDER}`)
  for (const key of ['ca', 'https_proxy_ca'] as const) {
    try {
      certificates(settings[key] ?? [])
    } catch (problem) {
      error(key, problem instanceof Error ? problem.message : 'cannot be read')
    }
  }
  if (kind === 'opencti' && settings.tenant !== undefined) {
    problems.push({ where: at('tenant'), what: 'is OpenAEV’s alone and is ignored', grade: 'warning' })
  }
  if (settings.unsecured_certificate) {
    problems.push({
      where: at('unsecured_certificate'),
      what: 'turns the check of the server off',
      grade: 'warning',
    })
  }
  const { selector, portainer, kubernetes } = settings.daemon
  let apiKey: string | null = null
  if (selector === 'portainer') {
    if (portainer)
      apiKey = secretOf(at('daemon.portainer.api_key'), portainer.api_key, portainer.api_key_file, problems)
    else error('daemon.portainer', 'is missing though it is selected')
  }
  if (kubernetes?.base_deployment_json !== undefined && !kubernetes.base_deployment) {
    try {
      JSON.parse(kubernetes.base_deployment_json)
    } catch {
      error('daemon.kubernetes.base_deployment_json', 'is no JSON')
    }
  }
  return {
    kind,
    settings: withDockerOptions(settings, all),
    url: url ?? '',
    connectorUrl: connectorUrl ?? '',
    token: new Secret(token ?? ''),
    registry: registryOf(kind, all, problems),
    apiKey: apiKey === null ? null : new Secret(apiKey),
  }
}

/** A platform's own Docker options; without them those of OpenCTI, which is where XTM Composer looked for both. */
function withDockerOptions(settings: PlatformSettings, all: ComposerSettings): PlatformSettings {
  const docker = settings.daemon.docker ?? all.opencti.daemon.docker
  return { ...settings, daemon: { ...settings.daemon, docker } }
}

/** A platform's own registry; without one that of OpenCTI, which is where XTM Composer looked for both. */
function registryOf(kind: PlatformKind, all: ComposerSettings, problems: Problem[]): Registry | null {
  const owner = all[kind].daemon.registry ? kind : 'opencti'
  const section = all[owner].daemon.registry
  if (!section) return null
  const where = `${owner}.daemon.registry`
  const given = section.password ?? section.password_file
  const password = given
    ? secretOf(`${where}.password`, section.password, section.password_file, problems)
    : null
  if ((section.username !== undefined) !== (password !== null)) {
    problems.push({ where, what: 'needs username and password together', grade: 'warning' })
  }
  return {
    server: section.server ?? null,
    username: section.username ?? null,
    password: password === null ? null : new Secret(password),
    email: section.email ?? null,
  }
}

function secretOf(
  where: string,
  inline: string | undefined,
  file: string | undefined,
  problems: Problem[],
): string | null {
  const value = file ? readSecretFile(`${where}_file`, file, problems)?.trim() : inline
  if (value) return value
  if (!file)
    problems.push({ where, what: `is missing, and so is ${where.split('.').at(-1)}_file`, grade: 'error' })
  return null
}

/** Whether `path`, or the nearest folder above it that is there, is a folder that may be written to. */
function mayBecomeFolder(path: string): boolean {
  try {
    if (!statSync(path).isDirectory()) return false
    accessSync(path, constants.W_OK)
    return true
  } catch (error) {
    const above = dirname(resolve(path))
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return absent && above !== resolve(path) && mayBecomeFolder(above)
  }
}

function readSecretFile(where: string, file: string, problems: Problem[]): string | null {
  try {
    const value = readFileSync(file, 'utf8')
    if (value.trim() === '') problems.push({ where, what: `${file} is empty`, grade: 'error' })
    return value
  } catch {
    problems.push({ where, what: `${file} cannot be read`, grade: 'error' })
    return null
  }
}
