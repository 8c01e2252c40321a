import { createReadStream } from 'node:fs'
import type { SourceRecord } from './source-record.ts'

/** A user takes a few hundred bytes. SECURITY: what passes this is counted, not kept, so that no file fills the memory. */
export const LONGEST_LINE_BYTES = 64 * 1024

const NEWLINE = 0x0a
const CHUNK_BYTES = 64 * 1024

/** One record a line; blank lines are passed over, and still counted, so that numbers are those of an editor. */
export async function* jsonLines(path: string): AsyncGenerator<SourceRecord> {
  let line = 0
  let parts: Buffer[] = []
  let length = 0

  const take = (part: Buffer): void => {
    length += part.length
    if (length <= LONGEST_LINE_BYTES) parts.push(part)
    else parts = []
  }
  const finish = (): SourceRecord | null => {
    line += 1
    const record =
      length > LONGEST_LINE_BYTES ? { line, unreadable: 'too-long' as const } : parse(line, parts)
    parts = []
    length = 0
    return record
  }

  for await (const chunk of createReadStream(path, {
    highWaterMark: CHUNK_BYTES,
  }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end))
      start = end + 1
      const record = finish()
      if (record) yield record
    }
    take(chunk.subarray(start))
  }
  const last = length > 0 ? finish() : null
  if (last) yield last
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parse(line: number, parts: readonly Buffer[]): SourceRecord | null {
  let text: string
  try {
    // The decoder takes a byte order mark away by itself.
    text = decoder.decode(Buffer.concat(parts))
  } catch {
    return { line, unreadable: 'not-utf-8' }
  }
  if (text.trim() === '') return null
  try {
    return { line, value: JSON.parse(text) }
  } catch {
    // SECURITY: the parser's message repeats a piece of the line, and the token stands in the line.
    return { line, unreadable: 'not-json' }
  }
}
