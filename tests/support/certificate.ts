import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** Certificates made on the spot: no key lies in the repository, and tests need no openssl. P-256, SHA-256. */

export interface Issued {
  readonly cert: string
  readonly key: string
}

interface Wanted {
  readonly organisation: string
  readonly unit?: string
  readonly commonName?: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** dotted identifier → text, written bare or as a UTF8String */
  readonly extensions?: Readonly<Record<string, string>>
  readonly bareExtensions?: boolean
  /** good for TLS on 127.0.0.1 */
  readonly loopback?: boolean
  /** may sign others */
  readonly authority?: boolean
}

/** Issues a certificate; without `issuer` it signs itself. */
export function issueCertificate(
  wanted: Wanted,
  issuer?: Issued & { subject: Wanted },
): Issued & { subject: Wanted } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const body = sequence(
    tagged(0xa0, integer(2)),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name(issuer?.subject ?? wanted),
    sequence(time(wanted.notBefore), time(wanted.notAfter)),
    name(wanted),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(wanted))),
  )
  const signature = sign('sha256', body, (issuer?.key ?? privateKey) as string | KeyObject)
  const der = sequence(body, ECDSA_SHA256, bits(signature))
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return { cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, key, subject: wanted }
}

function extensions(wanted: Wanted): Buffer[] {
  const list = Object.entries(wanted.extensions ?? {}).map(([id, text]) => {
    const bytes = Buffer.from(text, 'utf8')
    return sequence(identifier(id), tagged(0x04, wanted.bareExtensions ? bytes : tagged(0x0c, bytes)))
  })
  if (wanted.loopback) {
    const address = sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))
    list.push(sequence(identifier('2.5.29.17'), tagged(0x04, address)))
  }
  if (wanted.authority) {
    const basic = sequence(Buffer.from([0x01, 0x01, 0xff]))
    list.push(sequence(identifier('2.5.29.19'), Buffer.from([0x01, 0x01, 0xff]), tagged(0x04, basic)))
  }
  return list
}

function name({ organisation, unit, commonName }: Wanted): Buffer {
  const field = (id: string, text: string | undefined): Buffer[] =>
    text === undefined
      ? []
      : [tagged(0x31, sequence(identifier(id), tagged(0x0c, Buffer.from(text, 'utf8'))))]
  return sequence(
    ...field('2.5.4.10', organisation),
    ...field('2.5.4.11', unit),
    ...field('2.5.4.3', commonName),
  )
}

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.from([value]))
}

function bits(content: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), content]))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return tagged(0x18, Buffer.from(`${digits}Z`, 'ascii'))
}

function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left % 128) | 0x80)
    return groups
  })
  return tagged(0x06, Buffer.from(bytes))
}

const ECDSA_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
