/** Looked for at every byte: what stands before a UUID may itself look like the beginning of one. */
const UUID = /(?=([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))/gi
/** A UUID of which each character has a zero byte behind it: UTF-16, of either order once it begins one byte later. */
const WIDE_UUID = /(?=((?:[0-9a-f]\0){8}-\0(?:(?:[0-9a-f]\0){4}-\0){3}(?:[0-9a-f]\0){11}[0-9a-f]))/gi
/** The codes of a UUID's 36 characters in hex. */
const HEX_DIGIT = '(?:3[0-9]|[46][1-6])'
const HEX_UUID = new RegExp(`(?=(${HEX_DIGIT}{8}2d(?:${HEX_DIGIT}{4}2d){3}${HEX_DIGIT}{12}))`, 'gi')
/** 36 bytes are 48 characters of base64; of those that share bytes with neighbours two at each end may be others. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{48,}/g

/**
 * Every text in `bytes` that has the shape of a legacy token: as it is, in UTF-16, in hex, and in base64 at every offset.
 * Anything else that is a UUID (ids of users) comes along; whoever asks compares by digest.
 */
export function* tokenLookalikes(bytes: Buffer): Generator<string> {
  const text = bytes.toString('latin1')
  yield* found(text, UUID)
  for (const wide of found(text, WIDE_UUID)) yield wide.replaceAll('\0', '')
  for (const hex of found(text, HEX_UUID)) yield Buffer.from(hex, 'hex').toString('latin1')
  for (const [run] of text.matchAll(BASE64_RUN)) {
    for (let offset = 0; offset < 4; offset++)
      yield* found(Buffer.from(run.slice(offset), 'base64').toString('latin1'), UUID)
  }
}

function* found(text: string, shape: RegExp): Generator<string> {
  for (const match of text.matchAll(shape)) if (match[1]) yield match[1]
}
