import type { Secret } from '#base/secret.ts'

/** A container registry with, or without, a login. */
export interface Registry {
  readonly server: string | null
  readonly username: string | null
  readonly password: Secret | null
  readonly email: string | null
}

/**
 * The full name of an image: the registry's server before names that carry none, and `:latest` where neither tag nor
 * digest is given (an engine asked for an untagged name would fetch every tag).
 */
export function imageReference(image: string, registry: Registry | null): string {
  const server = registry?.server?.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  const full = server && !namesRegistry(image) ? `${server}/${image}` : image
  const last = full.slice(full.lastIndexOf('/') + 1)
  return last.includes(':') || full.includes('@') ? full : `${full}:latest`
}

/** Docker's own rule: the first part is a host when it has a dot or a port, or is localhost. */
function namesRegistry(image: string): boolean {
  const slash = image.indexOf('/')
  if (slash < 0) return false
  const first = image.slice(0, slash)
  return first.includes('.') || first.includes(':') || first === 'localhost'
}

/** The registry's host of a full image name. */
export function registryHost(image: string): string {
  return namesRegistry(image) ? image.slice(0, image.indexOf('/')) : 'docker.io'
}

/**
 * The header X-Registry-Auth for `image`, or null when there is no login.
 * The engine reads base64url with padding (RFC 4648 §5); the plain alphabet fails for some passwords, and without padding
 * it takes the login for missing.
 */
export function registryAuth(image: string, registry: Registry | null): string | null {
  if (!registry?.username || !registry.password) return null
  const server = registry.server?.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  // SECURITY: a login goes to its own registry only, never along with an image of another one.
  if (server && registryHost(image) !== server.split('/')[0]) return null
  const login = {
    username: registry.username,
    password: registry.password.expose(),
    email: registry.email ?? '',
    serveraddress: server ?? '',
  }
  return Buffer.from(JSON.stringify(login)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
