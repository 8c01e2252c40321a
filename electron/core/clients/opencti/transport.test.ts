import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '#base/clock.ts'
import { Secret } from '#base/secret.ts'
import { issueCertificate } from '../../../../tests/support/certificate.ts'
import { DrivenClock } from '../../../../tests/support/driven-clock.ts'
import { classify } from './classify.ts'
import { dataOf } from './graphql.ts'
import { RemoteError } from './remote-error.ts'
import { DEADLINE_MS, MOST_ANSWER_BYTES, Transport, type TransportOptions } from './transport.ts'

const TOKEN = new Secret(`flgrn_octi_tkn_${'FakeFake'.repeat(8)}`)
const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const step of cleanUp.splice(0)) step()
})

type AnyServer = Pick<Server, 'listen' | 'address' | 'close'> & { closeAllConnections?: () => void }

async function listening(server: AnyServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function serving(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(listener))}`
}

const json = (body: unknown): RequestListener => {
  return (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  }
}

function transportTo(url: string, more: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport({ url, caPem: null, proxy: null, clock: systemClock, ...more })
  cleanUp.push(() => transport.close())
  return transport
}

async function ask(url: string, more: Partial<TransportOptions> = {}): Promise<unknown> {
  const answer = await transportTo(url, more).send({ document: 'query Me { me { id } }', token: TOKEN })
  return dataOf(answer, z.object({ me: z.object({ id: z.string() }) }))
}

/** The error of a request, with the proof that it carries nothing of the token. */
async function failureOf(asked: Promise<unknown>): Promise<RemoteError> {
  const error = await asked.then(
    () => expect.fail('the request should have failed'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof RemoteError)) throw error
  const all = JSON.stringify({ ...error, message: error.message, stack: error.stack, cause: error.cause })
  expect(all).not.toContain('FakeFake')
  return error
}

const ME = { data: { me: { id: 'u-1' } } }

describe('what cannot be reached', () => {
  it('dns', async () => {
    const error = await failureOf(ask('https://platform.invalid'))
    expect(error).toMatchObject({ code: 'dns', execution: 'no' })
  })

  it('refused', async () => {
    const server = createServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await failureOf(ask(`http://127.0.0.1:${port}`))).toMatchObject({
      code: 'refused',
      execution: 'no',
    })
  })

  it('a platform that never answers, and one that drips, end at the same deadline', async () => {
    let arrived = () => {}
    const silent = await serving(() => arrived())
    const drip = await serving((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.write('{"data":')
      arrived()
      const timer = setInterval(() => response.write(' '), 5)
      cleanUp.push(() => clearInterval(timer))
    })
    for (const url of [silent, drip]) {
      const clock = new DrivenClock()
      const asked = new Promise<void>((resolve) => {
        arrived = resolve
      })
      const failed = failureOf(ask(url, { clock }))
      await asked
      await clock.pass(DEADLINE_MS - 1)
      await clock.pass(1)
      expect(await failed).toMatchObject({ code: 'timeout', execution: 'unknown' })
      expect(clock.pending).toBe(0)
    }
  })

  it('a connection that is cut, before and within the answer', async () => {
    const before = await serving((request) => request.socket.destroy())
    const within = await serving((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"data":')
      setImmediate(() => request.socket.destroy())
    })
    for (const url of [before, within]) {
      expect(await failureOf(ask(url))).toMatchObject({ code: 'cut', execution: 'unknown' })
    }
  })

  it('a query is asked once more over a fresh connection, a mutation never', async () => {
    let asked = 0
    const url = await serving((request, response) => {
      asked += 1
      if (asked % 2 === 1) request.socket.destroy()
      else json(ME)(request, response)
    })
    expect(await ask(url)).toEqual(ME.data)
    expect(asked).toBe(2)
    const mutation = { document: 'mutation Add { add }', token: TOKEN }
    const failed = failureOf(transportTo(url).send(mutation))
    expect(await failed).toMatchObject({ code: 'cut', execution: 'unknown' })
    expect(asked).toBe(3)
  })

  it('what speaks no HTTP', async () => {
    const server = createNetServer((socket) => {
      socket.on('error', () => {})
      socket.end('SSH-2.0-OpenSSH_9.2\r\n')
    })
    const port = await listening(server as unknown as AnyServer)
    expect(await failureOf(ask(`http://127.0.0.1:${port}`))).toMatchObject({ code: 'not-a-platform' })
  })
})

describe('TLS', () => {
  const year = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) }

  async function tlsServer(dates = year): Promise<{ url: string; caPem: string }> {
    const authority = issueCertificate({ organisation: 'Test authority', authority: true, ...year })
    const wanted = { organisation: 'Test', commonName: '127.0.0.1', loopback: true, ...dates }
    const { cert, key } = issueCertificate(wanted, authority)
    const port = await listening(createTlsServer({ cert, key }, json(ME)))
    return { url: `https://127.0.0.1:${port}`, caPem: authority.cert }
  }

  it('refuses a certificate of an unknown authority, and takes it with the authority given', async () => {
    const { url, caPem } = await tlsServer()
    expect(await failureOf(ask(url))).toMatchObject({ code: 'tls', execution: 'no' })
    expect(await ask(url, { caPem })).toEqual(ME.data)
  })

  it('refuses an expired certificate, whoever signed it', async () => {
    const notAfter = new Date(Date.now() - 3_600_000)
    const { url, caPem } = await tlsServer({ ...year, notAfter })
    expect(await failureOf(ask(url, { caPem }))).toMatchObject({ code: 'tls' })
  })

  it('names a certificate authority that is none', () => {
    expect(() => transportTo('https://127.0.0.1', { caPem: 'hello' })).toThrow('bad-ca')
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    expect(() => transportTo('https://127.0.0.1', { caPem: broken })).toThrow('bad-ca')
  })

  it('a port without TLS is no matter of certificates', async () => {
    const url = await serving(json(ME))
    const error = await failureOf(ask(url.replace('http:', 'https:')))
    expect(error).toMatchObject({ code: 'not-a-platform', execution: 'no' })
    expect(error.detail).toBe('The port answers without TLS.')
  })

  it('speaking http to a TLS port is a cut or no platform, never a hang', async () => {
    const { url } = await tlsServer()
    const { code } = await failureOf(ask(url.replace('https:', 'http:')))
    expect(['cut', 'not-a-platform']).toContain(code)
  })
})

describe('a failure proves that nothing was done only before the request left', () => {
  it.each([
    ['EHOSTUNREACH', 'unreachable', 'unreachable'],
    ['ENETUNREACH', 'unreachable', 'unreachable'],
    ['ETIMEDOUT', 'timeout', 'timeout'],
    ['ECONNRESET', 'cut', 'cut'],
    ['EPROTO', 'tls', 'cut'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'tls', 'cut'],
  ])('%s: %s before, %s after', (code, before, after) => {
    const error = Object.assign(new Error('failed'), { code })
    expect(classify(error, false)).toMatchObject({ code: before, execution: 'no' })
    expect(classify(error, true)).toMatchObject({ code: after, execution: 'unknown' })
  })
})

describe('what answers, but not as a platform', () => {
  it('HTML', async () => {
    const url = await serving((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<html><script>alert(1)</script></html>')
    })
    expect(await failureOf(ask(url))).toMatchObject({ code: 'not-a-platform' })
  })

  it('HTML that calls itself JSON', async () => {
    const url = await serving((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(' <html>Sign in</html>')
    })
    expect(await failureOf(ask(url))).toMatchObject({ code: 'not-a-platform', execution: 'unknown' })
  })

  it('JSON that is no GraphQL', async () => {
    expect(await failureOf(ask(await serving(json({ status: 'ok' }))))).toMatchObject({
      code: 'not-a-platform',
    })
    expect(await failureOf(ask(await serving(json(['a']))))).toMatchObject({ code: 'not-a-platform' })
  })

  it('malformed JSON, and data of another form', async () => {
    const broken = await serving((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"data":{"me":{"id":')
    })
    expect(await failureOf(ask(broken))).toMatchObject({ code: 'platform-error', execution: 'unknown' })
    const other = await serving(json({ data: { me: { id: 7 } } }))
    expect(await failureOf(ask(other))).toMatchObject({ code: 'platform-error' })
  })

  it('a status, of which none proves that nothing was done', async () => {
    const status = (code: number) => serving((_, response) => response.writeHead(code).end('no'))
    expect(await failureOf(ask(await status(403)))).toMatchObject({
      code: 'http-status',
      execution: 'unknown',
    })
    expect(await failureOf(ask(await status(502)))).toMatchObject({
      code: 'http-status',
      execution: 'unknown',
    })
    expect(await failureOf(ask(await status(404)))).toMatchObject({ code: 'not-a-platform' })
  })

  it('a redirect is not followed: the token goes nowhere else', async () => {
    let reached = 0
    const thief = await serving((_, response) => {
      reached += 1
      response.end()
    })
    const url = await serving((_, response) =>
      response.writeHead(307, { location: `${thief}/graphql` }).end(),
    )
    const error = await failureOf(ask(url))
    expect(error).toMatchObject({ code: 'http-status' })
    expect(error.detail).toContain(thief)
    expect(reached).toBe(0)
  })

  it('a body of 100 MB is left after 8, compressed or not', async () => {
    let sent = 0
    const plain = await serving((_, response) => {
      response.setHeader('content-type', 'application/json')
      const piece = Buffer.alloc(1_000_000, 'a')
      const more = (): void => {
        while (sent < 100_000_000 && !response.destroyed) {
          sent += piece.length
          if (!response.write(piece)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    expect(await failureOf(ask(plain))).toMatchObject({ code: 'answer-too-large' })
    expect(sent).toBeLessThan(MOST_ANSWER_BYTES * 4)
    const bomb = gzipSync(Buffer.alloc(100_000_000, ' '))
    expect(bomb.length).toBeLessThan(200_000)
    const packed = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
    })
    expect(await failureOf(ask(packed))).toMatchObject({ code: 'answer-too-large' })
  })
})

describe('GraphQL errors with HTTP 200', () => {
  it.each([
    ['AUTH_REQUIRED', 'You must be logged in to do this.', 'wrong-token', 'no'],
    ['OTP_REQUIRED', 'One time password is required.', 'two-factor', 'no'],
    ['FORBIDDEN_ACCESS', 'You are not allowed to do this.', 'forbidden', 'no'],
    ['FUNCTIONAL_ERROR', 'User not found', 'user-not-found', 'no'],
    ['FUNCTIONAL_ERROR', 'Token not found', 'token-not-found', 'no'],
    ['FUNCTIONAL_ERROR', 'Something of the business', 'platform-error', 'no'],
    ['GRAPHQL_VALIDATION_FAILED', 'Cannot query field', 'old-platform', 'no'],
    ['LOCK_ERROR', 'Execution timeout, too many concurrent call', 'platform-error', 'unknown'],
    ['DATABASE_ERROR', 'An error occurred', 'platform-error', 'unknown'],
    ['constructor', 'a name that every object has', 'platform-error', 'unknown'],
  ])('%s "%s" → %s', async (code, message, expected, execution) => {
    const url = await serving(json({ data: null, errors: [{ message, extensions: { code } }] }))
    expect(await failureOf(ask(url))).toMatchObject({ code: expected, execution })
  })

  it('keeps a text of the other side short, and free of what looks like a token', async () => {
    const message = `leak flgrn_octi_tkn_${'FakeFake'.repeat(8)} ${'x'.repeat(9_000)}`
    const error = await failureOf(ask(await serving(json({ errors: [{ message }] }))))
    expect(error.detail?.length).toBeLessThanOrEqual(500)
    expect(error.detail).toContain('flgrn_octi_tkn_[redacted]')
  })

  it('reads an error that comes with its own status', async () => {
    const errors = [{ message: 'no', extensions: { code: 'AUTH_REQUIRED' } }]
    const url = await serving((_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }))
    })
    expect(await failureOf(ask(url))).toMatchObject({ code: 'wrong-token' })
  })
})

describe('proxy', () => {
  async function proxy(answer: 'tunnel' | number): Promise<{ address: string; asked: string[] }> {
    const asked: string[] = []
    const server = createServer()
    server.on('connect', (request, socket: Socket) => {
      asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
      if (answer !== 'tunnel') return void socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`)
      const [host = '', port = ''] = (request.url ?? '').split(':')
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      cleanUp.push(() => onward.destroy())
      for (const end of [socket, onward]) end.on('error', () => {})
      cleanUp.push(() => socket.destroy())
    })
    return { address: `http://127.0.0.1:${await listening(server)}`, asked }
  }

  it('tunnels, so that it never sees the token', async () => {
    const through = await proxy('tunnel')
    const url = await serving(json(ME))
    expect(await ask(url, { proxy: through.address })).toEqual(ME.data)
    expect(through.asked).toEqual([new URL(url).host])
  })

  it('trusts the connection’s own authority behind a proxy too', async () => {
    const dates = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 60_000) }
    const wanted = {
      organisation: 'Test',
      commonName: '127.0.0.1',
      loopback: true,
      authority: true,
      ...dates,
    }
    const { cert, key } = issueCertificate(wanted)
    const url = `https://127.0.0.1:${await listening(createTlsServer({ cert, key }, json(ME)))}`
    const through = await proxy('tunnel')
    expect(await ask(url, { proxy: through.address, caPem: cert })).toEqual(ME.data)
    expect(await failureOf(ask(url, { proxy: through.address }))).toMatchObject({ code: 'tls' })
  })

  it('is named when it refuses or is not there', async () => {
    const url = await serving(json(ME))
    const refusing = await proxy(407)
    const error = await failureOf(ask(url, { proxy: refusing.address }))
    expect(error).toMatchObject({ code: 'proxy', execution: 'no' })
    expect(error.detail).toContain('407')
    const gone = createServer()
    const port = await listening(gone)
    await new Promise((resolve) => gone.close(resolve))
    const away = await failureOf(ask(url, { proxy: `http://127.0.0.1:${port}` }))
    expect(away).toMatchObject({ code: 'proxy', execution: 'no' })
  })

  it.each(['ftp://proxy', 'http://user:password@proxy:3128', 'not an address'])('refuses %s', (address) => {
    expect(() => transportTo('https://127.0.0.1', { proxy: address })).toThrow('bad-proxy')
  })
})

it('sends no token over plain http to another machine', async () => {
  expect(await failureOf(ask('http://platform.example'))).toMatchObject({
    code: 'plain-http',
    execution: 'no',
  })
})

it('measures the platform’s clock from the Date header, and calls less than a second none', async () => {
  const skewOf = async (ahead: number) => {
    const url = await serving((_, response) => {
      response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
      response.end(JSON.stringify(ME))
    })
    return (await transportTo(url).send({ document: 'query Me { me { id } }', token: null })).skewMs
  }
  expect(await skewOf(0)).toBe(0)
  expect(Math.abs(((await skewOf(600_000)) ?? 0) - 600_000)).toBeLessThanOrEqual(1_000)
  expect(Math.abs(((await skewOf(-600_000)) ?? 0) + 600_000)).toBeLessThanOrEqual(1_000)
})
