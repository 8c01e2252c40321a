import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { engineClient } from './engine-client.ts'

let server: Server
let asked: string[]
let version: string
beforeEach(async () => {
  asked = []
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(url === '/version' ? { ApiVersion: version } : []))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env.DOCKER_HOST = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  delete process.env.DOCKER_HOST
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it.each([
  ['an old one: its own', '1.24', '/v1.24'],
  ['one from the future: ours', '1.99', '/v1.51'],
])('§9 q: goes where DOCKER_HOST says and speaks a version that both know; %s', async (_, api, prefix) => {
  version = api
  const engine = engineClient()
  expect(await engine.call({ method: 'GET', path: '/containers/json' })).toEqual([])
  expect(asked).toEqual(['/version', `${prefix}/containers/json`])
})
