const BEYOND_ASCII = /[^\0-\x7f]/
const MARKS = /\p{M}+/gu
const DIGITS = /\d+/g

/** A text as it is compared and searched: lower case, accents taken off, so that "helene" finds "Hélène". */
export function foldText(text: string): string {
  const lower = text.toLowerCase()
  return BEYOND_ASCII.test(lower) ? lower.normalize('NFKD').replace(MARKS, '') : lower
}

/** Digit runs longer than this are compared as text. */
const LONGEST_NUMBER = 15

/**
 * A folded text whose code unit order is the natural one: "script 2" before "script 10". Each run of digits stands behind
 * its length, a character of its own between the digits and the letters.
 */
export function naturalKey(text: string): string {
  return foldText(text).replace(DIGITS, (run) => {
    const digits = run.replace(/^0+(?=\d)/, '')
    return String.fromCharCode(0x30 + Math.min(digits.length, LONGEST_NUMBER)) + digits
  })
}
