import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, it } from 'vitest'
import { packFolder } from '../../scripts/pack-folder.ts'
import { reproduce } from '../../scripts/reproduce.ts'

/** The build that users get, without the inspector through which tests drive the other one. */

it('has the inspector’s fuse off', async () => {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-release-'))
  try {
    const { program } = await packFolder(place, 'release')
    const wire = await getCurrentFuseWire(program)
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
})

it('is the same whoever makes it: another folder, mask, time zone and language', async () => {
  const { digests, files, different } = await reproduce()
  expect(different).toEqual([])
  expect(digests[0]).toBe(digests[1])
  expect(files).toBeGreaterThan(50)
})
