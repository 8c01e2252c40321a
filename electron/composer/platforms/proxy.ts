/** The proxy keys of a platform's settings. */
export interface ProxySettings {
  readonly with_proxy: boolean
  readonly http_proxy?: string | undefined
  readonly https_proxy?: string | undefined
  readonly no_proxy?: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

/** A proxy variable of the process: upper case, then lower case. */
export function systemProxy(name: 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY', env: Env): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined
}

/**
 * The proxy for `url`, or null: none without `with_proxy`; else the explicit one of the url's scheme; with no explicit one
 * at all, that of the environment. Hosts of `no_proxy` go straight.
 */
export function proxyFor(url: string, settings: ProxySettings, env: Env): string | null {
  if (!settings.with_proxy) return null
  const { protocol, hostname } = new URL(url)
  const explicit = settings.http_proxy !== undefined || settings.https_proxy !== undefined
  const http = explicit ? settings.http_proxy : systemProxy('HTTP_PROXY', env)
  const https = explicit ? settings.https_proxy : systemProxy('HTTPS_PROXY', env)
  const proxy = protocol === 'https:' ? https : http
  if (!proxy || bypassed(hostname, settings.no_proxy ?? systemProxy('NO_PROXY', env) ?? '')) return null
  return /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`
}

/** The usual reading of NO_PROXY: names with their subdomains, a leading dot or `*.` allowed, `*` for everything. */
function bypassed(hostname: string, list: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return list.split(',').some((entry) => {
    const name = entry
      .trim()
      .toLowerCase()
      .replace(/:\d+$/, '')
      .replace(/^\*?\./, '')
    return name !== '' && (name === '*' || host === name || host.endsWith(`.${name}`))
  })
}
