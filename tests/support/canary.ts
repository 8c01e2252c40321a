import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every way a secret could lie in a file: raw, base64 at three offsets, hex, URL-encoded, UTF-16. */
export function disguises(secret: string): Buffer[] {
  const raw = Buffer.from(secret)
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), raw]).toString('base64')
    // Characters at both ends mix with their neighbours; the middle is the secret's own.
    return text.slice(4, text.length - 4)
  })
  const texts = [
    secret,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    raw.toString('hex'),
    encodeURIComponent(secret),
  ]
  return [
    ...texts.map((text) => Buffer.from(text)),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(secret, 'utf16le').swap16(),
  ]
}

/** Files below `folder` in which the secret lies in any disguise; also tells how many files and bytes were read. */
export function findCanary(folder: string, secret: string): { hits: string[]; files: number; bytes: number } {
  const looks = disguises(secret)
  const found = { hits: [] as string[], files: 0, bytes: 0 }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const content = readFileSync(path)
    found.files += 1
    found.bytes += content.length
    if (looks.some((look) => content.includes(look))) found.hits.push(path)
  }
  return found
}
