import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'

/**
 * The bundle that connectors trust behind an inspecting proxy: the proxy's certificates (inline PEM or files) and the
 * usual public roots, because SSL_CERT_FILE and its kin replace a container's roots instead of adding to them.
 * @throws Error naming the entry that cannot be read; a connector without its roots would fail in ways hard to read
 */
export function proxyCaBundle(entries: readonly string[]): string | null {
  if (entries.length === 0) return null
  return [...certificates(entries), ...rootCertificates].map((pem) => `${pem.trim()}\n`).join('')
}

/** The PEM texts of a CA setting. @throws Error naming the entry */
export function certificates(entries: readonly string[]): string[] {
  return entries.map((entry) => {
    if (entry.trimStart().startsWith('-----BEGIN')) return entry
    let text: string
    try {
      text = readFileSync(entry, 'utf8')
    } catch {
      throw new Error(`the certificate file ${entry} cannot be read`)
    }
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${entry} holds no certificate in PEM`)
    return text
  })
}
