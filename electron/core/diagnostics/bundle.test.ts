import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { makeBundle } from './bundle.ts'
import { logTail } from './log-tail.ts'

const NOBODY = { secrets: [], names: [], home: '/home/nobody', login: '' }
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

it('is one JSON file with every part, masked to its keys', async () => {
  const { fileName, text } = await makeBundle(
    { versions: () => ({ gatehouse: '1.0.0' }), logs: async () => [{ 'bob@corp.example': [1, true, null] }] },
    NOBODY,
    Date.parse('2026-11-25T01:02:03.004Z'),
  )
  expect(fileName).toBe('gatehouse-diagnostics-2026-11-25T01-02-03-004Z.json')
  expect(JSON.parse(text)).toEqual({
    format: 'gatehouse-diagnostics/1',
    madeAt: '2026-11-25T01:02:03.004Z',
    parts: { versions: { gatehouse: '1.0.0' }, logs: [{ 'email-1': [1, true, null] }] },
  })
})

it('a part that fails says so, masked too, and costs no other', async () => {
  const failing = () => {
    throw new Error('EIO on https://files.corp.example/x?token=fakefake')
  }
  const { text } = await makeBundle({ monitors: failing, ledger: () => 'whole' }, NOBODY, 0)
  expect(JSON.parse(text).parts).toEqual({
    monitors: { failed: 'EIO on https://host-1/x?token=[redacted]' },
    ledger: 'whole',
  })
})

it('a host that one part names is masked in the parts before it', async () => {
  const sources = {
    logs: () => ['ENOTFOUND cti.corp.example'],
    connections: () => ['https://cti.corp.example'],
  }
  const { text } = await makeBundle(sources, NOBODY, 0)
  expect(JSON.parse(text).parts).toEqual({ logs: ['ENOTFOUND host-1'], connections: ['https://host-1'] })
})

it('takes the newest lines of the log, whole ones only, over both files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-tail-'))
  folders.push(folder)
  expect(logTail(folder)).toEqual([])
  writeFileSync(join(folder, 'gatehouse.1.log'), 'first line\nsecond line\n')
  writeFileSync(join(folder, 'gatehouse.log'), 'third line\n')
  expect(logTail(folder)).toEqual(['first line', 'second line', 'third line'])
  expect(logTail(folder, 26)).toEqual(['second line', 'third line'])
  expect(logTail(folder, 8)).toEqual([])
})
