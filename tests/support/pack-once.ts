import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { packFolder } from '../../scripts/pack-folder.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** path of the packed program */
    program: string
  }
}

/** Packs the app once for all files of the project `packed`. */
export default async function packOnce(project: TestProject): Promise<() => void> {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'))
  // An ordinary user runs it too, to whom Chromium gives its sandbox.
  chmodSync(place, 0o755)
  await ensureBuilt('all')
  const { program } = await packFolder(place, 'inspectable')
  project.provide('program', program)
  return () => rmSync(place, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
