import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_MAX, lineTime, newLines, plainLine } from './log-line.ts'

/** What goes through a text in more ways than one takes minutes; what goes through once, a blink, also on a busy machine. */
const HANG_MS = 10_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

describe('a hostile line', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a cursor that goes back over the line', 'good\u001b[2K\u001b[1Gevil', 'goodevil'],
    ['a window title', '\u001b]0;pwned\u0007text', 'text'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['the clipboard', '\u001b]52;c;ZXZpbA==\u0007', ''],
    ['one-byte sequences', '\u009b31mred\u009d0;title\u009ctext', 'redtext'],
    ['a string without an end', '\u001bPq#0;2;0;0;0', ''],
    ['a lone escape at the end', 'text\u001b', 'text'],
    ['direction overrides', 'abc\u202egnp.exe', 'abc\ufffdgnp.exe'],
    ['isolates and marks', '\u2066x\u2069\u200e', '\ufffdx\ufffd\ufffd'],
    ['a bell, a null, a carriage return', 'a\u0007b\u0000c\rd', 'a\ufffdb\ufffdc\ufffdd'],
    ['invisible tags', `a\u{e0041}b`, 'a\ufffdb'],
    ['a tab, which is plain', 'a\tb', 'a\tb'],
    ['markup, which is plain too', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ])('%s', (_, raw, plain) => expect(plainLine(raw)).toBe(plain))

  it('of a megabyte is cut, says how much is missing, and takes no time', () => {
    const began = performance.now()
    for (const unit of ['x', '\u001b[', '\u001b]', '\u001b[1;', '\ud83d\ude00', '\u202e']) {
      const cut = plainLine(unit.repeat(1_000_000 / unit.length))
      expect(cut.length).toBeLessThan(LINE_MAX + 20)
      expect(cut).toMatch(/… \(\+\d+\)$/)
    }
    expect(plainLine('y'.repeat(1_000_000))).toMatch(new RegExp(`… \\(\\+${1_000_000 - LINE_MAX}\\)$`))
    expect(performance.now() - began).toBeLessThan(HANG_MS)
  })

  it('leaves nothing that steers, whatever was in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (raw) => {
        const plain = plainLine(raw)
        expect(plain).not.toMatch(STEERS)
        expect(plainLine(plain)).toBe(plain)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the time that a line tells', () => {
  it.each([
    ['2026-09-22T08:30:00.123Z INFO x', '2026-09-22T08:30:00.123Z'],
    ['2026-09-22 08:30:00,123 - INFO', '2026-09-22T08:30:00.123Z'],
    ['{"timestamp": "2026-09-22T08:30:00.123456Z", "level": "INFO"}', '2026-09-22T08:30:00.123Z'],
    ['2026-09-22T10:30:00+02:00 x', '2026-09-22T08:30:00.000Z'],
    ['INFO at 2026-09-22T08:30:00Z', null],
    ['2026-99-99T08:30:00Z', null],
    ['', null],
  ])('%s', (line, iso) => expect(lineTime(line)).toBe(iso === null ? null : Date.parse(iso)))
})

describe('what is new in a log', () => {
  it.each([
    [[], ['a', 'b'], ['a', 'b'], false],
    [['a', 'b'], ['a', 'b'], [], false],
    [['a', 'b'], ['a', 'b', 'c'], ['c'], false],
    [['a', 'b', 'c'], ['b', 'c', 'd'], ['d'], false],
    // As often repeated as it can be: nothing is made up.
    [['x', 'x'], ['x', 'x', 'x'], ['x'], false],
    [['a', 'b'], ['c', 'd'], ['c', 'd'], true],
    [['a', 'b'], [], [], false],
  ])('%j then %j', (before, now, lines, gap) => expect(newLines(before, now)).toEqual({ lines, gap }))

  it('put together again is the log, while no more lines come than are looked at', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }),
        (numbers, steps) => {
          const log = numbers.map((number, index) => `${index} ${number}`)
          const seen: string[] = []
          let end = 0
          for (const step of steps) {
            end = Math.min(log.length, end + step)
            const window = log.slice(Math.max(0, end - 10), end)
            seen.push(...newLines(seen.slice(-10), window).lines)
          }
          expect(seen).toEqual(log.slice(0, end))
        },
      ),
    )
  })
})
