/** Just enough of DER (ITU-T X.690) to read the extensions of a certificate, which Node's X509Certificate keeps to itself. */

interface Element {
  readonly tag: number
  readonly content: Buffer
}

const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const OCTET_STRING = 0x04
const EXPLICIT_3 = 0xa3
/** UTF8String, PrintableString, IA5String */
const TEXTS = [0x0c, 0x13, 0x16]

/** The elements that lie side by side in `bytes`; null when they are not whole. */
function elements(bytes: Buffer): Element[] | null {
  const found: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0
    let length = bytes[at + 1] ?? 0
    at += 2
    if (length >= 0x80) {
      const size = length & 0x7f
      if (size === 0 || size > 4 || at + size > bytes.length) return null
      length = bytes.readUIntBE(at, size)
      at += size
    }
    if (at + length > bytes.length) return null
    found.push({ tag, content: bytes.subarray(at, at + length) })
    at += length
  }
  return found
}

/**
 * The extensions of a DER certificate: dotted object identifier → content. The content is what stands in the octet string,
 * unwrapped when that is one text element; some issuers write the bare text (opencti-api.md §4.4).
 */
export function certificateExtensions(der: Buffer): Map<string, string> {
  const extensions = new Map<string, string>()
  const certificate = elements(der)?.[0]
  const body = certificate && elements(certificate.content)?.[0]
  const wrapped = body && elements(body.content)?.find((element) => element.tag === EXPLICIT_3)
  const list = wrapped && elements(wrapped.content)?.[0]
  for (const extension of (list?.tag === SEQUENCE && elements(list.content)) || []) {
    const parts = elements(extension.content) ?? []
    const id = parts[0]
    const value = parts.at(-1)
    if (id?.tag === OBJECT_IDENTIFIER && value?.tag === OCTET_STRING)
      extensions.set(dotted(id.content), textOf(value.content))
  }
  return extensions
}

function textOf(content: Buffer): string {
  const inner = elements(content)
  const only = inner?.length === 1 ? inner[0] : undefined
  return (only && TEXTS.includes(only.tag) ? only.content : content).toString('utf8')
}

function dotted(content: Buffer): string {
  const numbers: number[] = []
  let number = 0
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(number)
      number = 0
    }
  }
  const first = numbers[0] ?? 0
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...numbers.slice(1)].join('.')
}
