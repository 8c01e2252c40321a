const BEYOND_ASCII = /[^\0-\x7f]/
const MARKS = /\p{M}+/gu

export const isAscii = (text: string): boolean => !BEYOND_ASCII.test(text)

/** A text as it is compared and searched: lower case, accents taken off, so that "helene" finds "Hélène". */
export function foldText(text: string): string {
  const lower = text.toLowerCase()
  return isAscii(lower) ? lower : lower.normalize('NFKD').replace(MARKS, '')
}

/** Digit runs longer than this are compared as text. */
const LONGEST_NUMBER = 15

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/**
 * A folded text whose code unit order is the natural one: "script 2" before "script 10". Each run of digits, without its
 * leading zeros, stands behind its length, which is a character between the digits and the letters.
 */
export function naturalKey(text: string): string {
  const folded = foldText(text)
  let key = ''
  let copied = 0
  for (let at = 0; at < folded.length; at++) {
    if (!isDigit(folded.charCodeAt(at))) continue
    let start = at
    let end = at + 1
    while (end < folded.length && isDigit(folded.charCodeAt(end))) end++
    while (start < end - 1 && folded.charCodeAt(start) === 0x30) start++
    const length = String.fromCharCode(0x30 + Math.min(end - start, LONGEST_NUMBER))
    key += folded.slice(copied, at) + length + folded.slice(start, end)
    copied = end
    at = end
  }
  return copied === 0 ? folded : key + folded.slice(copied)
}
