import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type PageServer, startPageServer } from '../../electron/serve/server.ts'

let root: string
let server: PageServer
let host: string
let connected: number

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-serve-'))
  mkdirSync(join(root, 'assets'))
  writeFileSync(join(root, 'index.html'), '<title>page</title>')
  writeFileSync(join(root, 'assets', 'index.js'), 'run()')
  connected = 0
  server = await startPageServer({
    pageRoot: root,
    port: 0,
    serveSocket: (socket) => {
      connected++
      socket.on('message', (data) => socket.send(data))
    },
  })
  host = new URL(server.launchUrl).host
})

afterEach(async () => {
  await server.close()
  rmSync(root, { recursive: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** A request as it is written here: no fetch that would set or hide headers. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(server.launchUrl)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers: { host, ...headers } }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

function launchPath(): string {
  const { pathname, search } = new URL(server.launchUrl)
  return pathname + search
}

async function launched(): Promise<string> {
  const { headers } = await ask(launchPath())
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

/** The status of a refused upgrade, or `open`. */
function upgrade(headers: Record<string, string>, path = '/rpc'): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${host}${path}`, { headers })
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('open', () => {
      resolve('open')
      socket.close()
    })
    socket.on('error', () => {})
  })
}

it('exchanges the launch secret for a cookie that scripts and other sites cannot use', async () => {
  const answer = await ask(launchPath())
  expect(answer).toMatchObject({
    status: 303,
    headers: { location: '/', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
  })
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^gatehouse-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/),
  ])
})

it('launches once', async () => {
  await launched()
  expect(await ask(launchPath())).toMatchObject({ status: 403 })
})

it('refuses a wrong launch secret, none, and another method, and keeps the right one good', async () => {
  expect(await ask('/launch?secret=wrong')).toMatchObject({ status: 403 })
  expect(await ask('/launch')).toMatchObject({ status: 403 })
  expect(await ask(launchPath(), {}, 'HEAD')).toMatchObject({ status: 401 })
  expect(await ask(launchPath())).toMatchObject({ status: 303 })
})

it('serves page and files to the holder of the cookie, with the policy', async () => {
  const cookie = await launched()
  const page = await ask('/', { cookie })
  expect(page).toMatchObject({ status: 200, body: '<title>page</title>' })
  expect(page.headers['content-security-policy']).toContain("connect-src 'self'")
  expect(await ask('/assets/index.js', { cookie })).toMatchObject({ status: 200, body: 'run()' })
  expect(await ask('/assets/../../secret', { cookie })).toMatchObject({ status: 404 })
  expect(await ask('/', { cookie }, 'POST')).toMatchObject({ status: 405 })
})

it.each(['/', '/assets/index.js', '/missing'])('answers 401 without a cookie: %s', async (path) => {
  await launched()
  expect(await ask(path)).toMatchObject({ status: 401 })
  expect(await ask(path, { cookie: `gatehouse-${host.split(':')[1]}=wrong` })).toMatchObject({ status: 401 })
})

it('does not serve a foreign name that leads here', async () => {
  const cookie = await launched()
  for (const foreign of ['evil.example', `evil.example:${host.split(':')[1]}`, '127.0.0.1', 'localhost']) {
    expect(await ask('/', { cookie, host: foreign })).toMatchObject({ status: 421 })
  }
  expect(await upgrade({ cookie, host: 'evil.example', origin: `http://${host}` })).toBe(421)
})

it('refuses another site’s requests, even with the cookie', async () => {
  const cookie = await launched()
  expect(await ask('/', { cookie, origin: 'http://evil.example' })).toMatchObject({ status: 403 })
  expect(await ask('/', { cookie, origin: 'null' })).toMatchObject({ status: 403 })
  expect(await ask(launchPath(), { origin: 'http://evil.example' })).toMatchObject({ status: 403 })
})

it('opens the socket for our own page with the cookie, and for nobody else', async () => {
  const cookie = await launched()
  const origin = `http://${host}`
  expect(await upgrade({ cookie, origin })).toBe('open')
  expect(connected).toBe(1)
  expect(await upgrade({ origin })).toBe(401)
  expect(await upgrade({ cookie })).toBe(403)
  expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403)
  expect(await upgrade({ cookie, origin: `https://${host}` })).toBe(403)
  expect(await upgrade({ cookie, origin }, '/other')).toBe(404)
  expect(connected).toBe(1)
})

it('ends a connection that sends more than a page ever would', async () => {
  const cookie = await launched()
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin: `http://${host}` } })
  socket.on('error', () => {})
  const code = new Promise((resolve) => {
    socket.on('close', resolve)
    socket.on('message', () => resolve('taken'))
  })
  socket.on('open', () => socket.send(Buffer.alloc(1_048_577)))
  expect(await code).toBe(1009)
})

it('tells nothing in a refusal, and lets no browser keep it', async () => {
  const { headers, body } = await ask('/')
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-type': 'text/plain; charset=utf-8',
  })
  expect(body).not.toContain(new URL(server.launchUrl).searchParams.get('secret'))
})

it('listens on the loopback interface only', async () => {
  // Link-local addresses say nothing without their interface, and those of a bridge that is just made answer to nobody.
  const outside = Object.values(networkInterfaces())
    .flat()
    .filter((found) => found && !found.internal && !found.address.startsWith('fe80:'))
  const { port } = new URL(server.launchUrl)
  for (const address of [...outside.map((found) => found?.address), '127.0.0.2']) {
    await expect(
      new Promise((resolve, reject) => {
        request({ hostname: address, port, path: '/' }, resolve).on('error', reject).end()
      }),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
})

it('cuts what is open when it closes', async () => {
  const cookie = await launched()
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin: `http://${host}` } })
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('open', resolve))
  await server.close()
  await closed
  server = await startPageServer({ pageRoot: root, port: 0, serveSocket: () => {} })
})

it('says when the port is taken', async () => {
  await expect(
    startPageServer({ pageRoot: root, port: Number(host.split(':')[1]), serveSocket: () => {} }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
