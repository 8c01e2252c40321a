import { redactLines } from '#base/redact.ts'

const LONGEST_LINE = 8_192
const MOST_BYTES = 2 * 1024 * 1024
const FRAME_HEADER = 8

/**
 * Text of a Docker log answer. Without a TTY it comes in frames: one byte of stream (0 to 2), three zero bytes, four bytes
 * of length (big endian), then that many bytes. With a TTY it is plain. A frame cut off at the end gives what is there.
 */
export function demultiplexed(bytes: Buffer): string {
  const pieces: Buffer[] = []
  let at = 0
  while (at + FRAME_HEADER <= bytes.length) {
    const stream = bytes[at] as number
    if (stream > 2 || bytes.readUIntBE(at + 1, 3) !== 0) return bytes.toString('utf8')
    const end = at + FRAME_HEADER + bytes.readUInt32BE(at + 4)
    pieces.push(bytes.subarray(at + FRAME_HEADER, Math.min(end, bytes.length)))
    at = end
  }
  return pieces.length === 0 ? bytes.toString('utf8') : Buffer.concat(pieces).toString('utf8')
}

/** The last `most` lines of a log, clean enough to be stored elsewhere: no secrets by shape, no endless lines. */
export function logLines(text: string, most: number): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  // SECURITY: connectors print their environment; what looks like a token must not travel to the platform's log view.
  return redactLines(
    lines.slice(-most).map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line)),
  )
}

/** Reads a stream to its end, or to two megabytes: a hundred lines are asked for, whatever their length. */
export async function collected(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk))
    size += chunk.length
    if (size > MOST_BYTES) break
  }
  return Buffer.concat(chunks)
}
