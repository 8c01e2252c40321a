import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { type createRouterClient, os } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import { contractOptions } from './contract-options.ts'

const router = {
  breaks: os.handler(() => {
    throw new Error('disk 7 is on fire')
  }),
  refuses: os.handler(() => {
    throw new ORPCError('PROBLEM', { status: 422 })
  }),
}

function served() {
  const lines: string[] = []
  const { port1, port2 } = new MessageChannel()
  new RPCHandler(
    router,
    contractOptions(createLogger('test', { write: (line) => lines.push(line) })),
  ).upgrade(port1)
  port1.start()
  port2.start()
  const client: ReturnType<typeof createRouterClient<typeof router, Record<never, never>>> = createORPCClient(
    new RPCLink({ port: port2 }),
  )
  return { client, lines, end: () => port1.close() }
}

it('logs an unforeseen failure in full and tells the page nothing of it', async () => {
  const { client, lines, end } = served()
  await expect(client.breaks()).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message: expect.not.stringContaining('disk 7'),
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('disk 7 is on fire')
  expect(lines[0]).toContain('/breaks')
  end()
})

it('does not log what the contract foresees', async () => {
  const { client, lines, end } = served()
  await expect(client.refuses()).rejects.toMatchObject({ code: 'PROBLEM' })
  expect(lines).toEqual([])
  end()
})
