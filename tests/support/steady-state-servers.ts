import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * OpenCTI's and the Docker Engine's answers for a number of connectors in steady state, in a process of its own so that
 * their cost is not the composer's. Says its port to the parent, and on each message how many requests came since.
 */
const count = Number(process.argv[2])
const ids = Array.from({ length: count }, (_, at) => `connector-${at}`)
/** As long as a sealed value under a key of 4096 bits. */
const SEALED = 'A'.repeat(760)

const connectors = ids.map((id) => ({
  id,
  name: id,
  manager_contract_hash: `hash-of-${id}`,
  manager_contract_image: `opencti/connector:${count}`,
  manager_current_status: 'started',
  manager_requested_status: 'starting',
  manager_contract_configuration: [
    { key: 'OPENCTI_TOKEN', value: SEALED, encrypted: true },
    ...Array.from({ length: 14 }, (_, at) => ({
      key: `SETTING_${at}`,
      value: `value ${at}`,
      encrypted: false,
    })),
  ],
}))
const containers = ids.map((id) => ({
  Id: `container-of-${id}`,
  Names: [`/${id}`],
  Image: `opencti/connector:${count}`,
  State: 'running',
  Status: 'Up 3 hours',
  Created: 1_750_000_000,
  Labels: {
    'opencti-manager': 'bench',
    'opencti-connector-id': id,
    'opencti-platform': 'opencti',
    'opencti-config-hash': `hash-of-${id}`,
  },
}))

const manager = { id: 'bench', about_version: '7.260801.0' }
const ANSWERS: Record<string, string> = {
  GetVersion: JSON.stringify({ data: { about: { version: '7.260801.0' } } }),
  RegisterConnectorsManager: JSON.stringify({ data: { registerConnectorsManager: manager } }),
  UpdateConnectorManagerStatus: JSON.stringify({ data: { updateConnectorManagerStatus: manager } }),
  GetConnectors: JSON.stringify({ data: { connectorsForManagers: connectors } }),
}
const LIST = JSON.stringify(containers)

const seen: string[] = []
const server = createServer(async (request, response) => {
  let body = ''
  try {
    for await (const chunk of request) body += chunk
  } catch {
    // The composer gave the request up.
    return
  }
  const operation = request.url === '/graphql' ? String(JSON.parse(body).operationName) : (request.url ?? '')
  seen.push(operation)
  response.setHeader('content-type', 'application/json')
  if (operation.includes('/containers/json')) response.end(LIST)
  else if (operation.endsWith('/version')) response.end('{"ApiVersion":"1.41"}')
  else if (ANSWERS[operation]) response.end(ANSWERS[operation])
  else response.writeHead(404).end('{"message":"not part of a steady state"}')
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => process.send?.({ seen: seen.splice(0) }))
process.on('disconnect', () => process.exit())
