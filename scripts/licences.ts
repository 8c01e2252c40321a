/** Licences that may be shipped inside a program under Apache-2.0. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
])

/**
 * Whether an SPDX expression leaves a choice of licences that may all be shipped.
 * @param expression as package.json has it: `MIT`, `(MIT OR GPL-3.0-only)`, `MIT AND Zlib`; '' when there is none
 */
export function isAllowed(expression: string): boolean {
  return alternatives(expression.trim()).some((all) => all.every((one) => ALLOWED_LICENCES.has(one)))
}

/** `A AND (B OR C)` → [[A, B], [A, C]]; what is no expression names a licence that nobody allows. */
function alternatives(expression: string): string[][] {
  const either = split(expression, ' OR ')
  if (either.length > 1) return either.flatMap(alternatives)
  const both = split(expression, ' AND ')
  if (both.length > 1)
    return both
      .map(alternatives)
      .reduce((sets, more) => sets.flatMap((set) => more.map((one) => [...set, ...one])))
  return isEnclosed(expression) ? alternatives(expression.slice(1, -1).trim()) : [[expression]]
}

/** At the word, outside of parentheses. */
function split(expression: string, word: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] === '(') depth += 1
    if (expression[at] === ')') depth -= 1
    if (depth !== 0 || !expression.startsWith(word, at)) continue
    parts.push(expression.slice(from, at).trim())
    from = at + word.length
  }
  return [...parts, expression.slice(from).trim()]
}

function isEnclosed(expression: string): boolean {
  if (!expression.startsWith('(') || !expression.endsWith(')')) return false
  let depth = 0
  for (let at = 0; at < expression.length - 1; at += 1) {
    if (expression[at] === '(') depth += 1
    if (expression[at] === ')') depth -= 1
    if (depth === 0) return false
  }
  return true
}
