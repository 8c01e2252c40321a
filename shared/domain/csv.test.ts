import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine } from './csv.ts'

it('a line of plain cells', () => {
  expect(csvLine(['a', null, 12, true, 'with "quotes", commas; and\nlines', ''])).toBe(
    '"a","","12","true","with ""quotes"", commas; and\nlines",""\r\n',
  )
})

describe('a cell that would be a formula is text', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '  =1+1',
    '\u00a0=1+1',
    '\ufeff=1+1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    '=cmd|"/c calc"!A1',
    '\ttext',
    '\u0000@SUM(A1)',
    '\u200b=1+1',
  ])('%j', (text) => {
    expect(csvLine([text])).toBe(`"'${text.replaceAll('"', '""')}"\r\n`)
  })

  it.each(['a=1', '****a1b2', "'already", '2026-01-01T00:00:00.000Z', 'x@example.org'])(
    'and %j stays',
    (text) => {
      expect(csvLine([text])).toBe(`"${text}"\r\n`)
    },
  )

  it('while a number of ours stays one', () => {
    expect(csvLine([-5])).toBe('"-5"\r\n')
  })
})

it('no text starts a formula, and each comes back as it was', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＠', ' ', '"', ',', ';', 'a', "'"),
  })
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (texts) => {
      const read = cellsOf(csvLine(texts))
      expect(read).toHaveLength(texts.length)
      read.forEach((cell, index) => {
        expect(cell.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/)
        expect([texts[index], `'${texts[index]}`]).toContain(cell)
      })
    }),
  )
})

/** A reader of RFC 4180 of its own. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  let rest = line
  while (rest !== '\r\n') {
    const [whole, cell = ''] = /^,?"((?:[^"]|"")*)"/.exec(rest) ?? []
    if (whole === undefined) throw new Error(`Not CSV: ${JSON.stringify(rest)}`)
    cells.push(cell.replaceAll('""', '"'))
    rest = rest.slice(whole.length)
  }
  return cells
}
