import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pace } from './batches.ts'
import { tokenLookalikes } from './token-lookalikes.ts'

/** What a raw search of the files found. */
export interface PlaintextScan {
  files: number
  bytes: number
  /** texts of a token's shape that were compared with the tokens of the platform */
  compared: number
  /** files, and tables of the database, in which a token lies in plaintext; without the sources of the import */
  hits: string[]
}

/** A chunk full of ids takes a few ms to compare. */
const CHUNK_BYTES = 32 * 1024
/** The longest disguise of a token: base64 of hex stays below it. Chunks overlap by so much. */
const OVERLAP_BYTES = 512

/**
 * Reads every file below `folder` as bytes and compares what looks like a legacy token, in any encoding, with the platform's
 * tokens. It needs no list of the plaintexts, so it is as good later as right after the wipe.
 * @param isToken whether a text is the value of a token
 * @param except files that are known to hold plaintext and are reported otherwise
 */
export async function scanForTokens(
  folder: string,
  isToken: (text: string) => boolean,
  except: readonly string[],
  pace: Pace,
): Promise<PlaintextScan> {
  const scan: PlaintextScan = { files: 0, bytes: 0, compared: 0, hits: [] }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || except.includes(path)) continue
    scan.files += 1
    if (await hasToken(path, isToken, scan, pace)) scan.hits.push(path)
  }
  return scan
}

async function hasToken(
  path: string,
  isToken: (text: string) => boolean,
  scan: PlaintextScan,
  pace: Pace,
): Promise<boolean> {
  const { size } = await stat(path)
  const file = await open(path, 'r')
  const buffer = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES)
  try {
    for (let position = 0; position < size; position += CHUNK_BYTES) {
      pace.signal.throwIfAborted()
      const started = pace.clock.now()
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      scan.bytes += Math.min(bytesRead, CHUNK_BYTES)
      for (const text of tokenLookalikes(buffer.subarray(0, bytesRead))) {
        scan.compared += 1
        if (isToken(text)) return true
      }
      await pace.rest(pace.clock.now() - started)
    }
    return false
  } finally {
    await file.close()
  }
}
