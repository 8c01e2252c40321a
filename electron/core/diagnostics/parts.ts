import { arch, homedir, release, userInfo } from 'node:os'
import type { ComposerSettings } from '#shared/contract/composer.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { SystemInfo } from '#shared/contract/system.ts'

/** What runs here, and on what. */
export function versionsPart(gatehouse: string, host: SystemInfo['host'] | 'command') {
  const { node, electron, chrome, v8, openssl, uv } = process.versions
  return {
    gatehouse,
    host,
    runtime: { node, electron, chrome, v8, openssl, uv },
    system: { platform: process.platform, release: release(), arch: arch() },
  }
}

/** The settings without what a person wrote. */
export function settingsPart(settings: Settings) {
  const { tokenNameTemplate, tokenPolicy, inventoryViews, inventoryColumns, ...chosen } = settings
  return {
    ...chosen,
    tokenNameTemplate: wordsOf(tokenNameTemplate),
    tokenPolicy: { ...tokenPolicy, namePattern: wordsOf(tokenPolicy.namePattern) },
    inventoryViews: inventoryViews.length,
    inventoryColumns,
  }
}

const wordsOf = (typed: string): string => `(${typed.length} characters)`

/** A connection and what its platform can do, without its name, its people and its certificate. */
export function connectionPart({ id, kind, url, embedded, caPem, proxy, tokenPlace, state }: Connection) {
  return { id, kind, url, embedded, hasCa: caPem !== null, proxy, tokenPlace, state: stateOf(state) }
}

function stateOf(state: Connection['state']) {
  if (state.phase === 'untested' || state.phase === 'testing') return state
  const { identity, ...rest } = state
  if (identity === null) return { ...rest, platform: null }
  const { version, capabilities, features, clockSkewMs } = identity
  return { ...rest, platform: { version, capabilities, features, clockSkewMs } }
}

/** The composer's settings without its certificate. */
export function composerPart({ portainer, ...settings }: ComposerSettings) {
  const { caPem, ...reach } = portainer
  return { ...settings, portainer: { ...reach, hasCa: caPem !== null } }
}

/** What a person named in the composer's settings. */
export function namesOfComposer(settings: ComposerSettings): string[] {
  const { managerName, network, networkMode, kubernetes, registry } = settings
  const names = [managerName, network, networkMode, ...Object.values(kubernetes), ...Object.values(registry)]
  return names.filter((name) => name !== null)
}

/** Names that may stand in a line of a log. */
export function namesOf(connections: readonly Connection[]): string[] {
  return connections.flatMap(({ name, url, proxy, state }) => [
    name,
    ...hostOf(url),
    ...hostOf(proxy),
    ...('identity' in state && state.identity
      ? [state.identity.name, state.identity.platformTitle, state.identity.email]
      : []),
  ])
}

function hostOf(url: string | null): string[] {
  if (url === null || !URL.canParse(url)) return []
  const { hostname } = new URL(url)
  return /^(?:localhost|127\.|\[)/.test(hostname) ? [] : [hostname]
}

/** Whose machine it is, as paths and messages of the system tell it. */
export function userOfMachine(): { home: string; login: string } {
  return { home: homedir(), login: loginName() }
}

/** A container may run as a user that nobody wrote down. */
function loginName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
