import fc from 'fast-check'

/** Values that broke something somewhere: markup, formulas, escapes, steering characters, names of the runtime, extremes. */
const TEXTS = [
  '',
  ' ',
  '\u0000',
  '__proto__',
  'constructor',
  'toString',
  '%00%2e%2e%2f',
  '../../../../etc/passwd',
  '<img src=x onerror=alert(1)>',
  '=HYPERLINK("http://a.example","x")',
  "'; DROP TABLE record; --",
  '{{7*7}}#{7*7}',
  '\u001b]0;title\u0007\u001b[2J',
  '\u202e\u2066gnp.exe',
  '\ud800',
  '\ufeff',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://127.0.0.1:1/',
  'http://[::1',
  'data:text/html,x',
  '1e999',
  '-0',
  '9007199254740993',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
  '(a+)+$',
  '\\',
  '%',
  'a'.repeat(5_000),
  '\u{1f469}\u200d\u{1f4bb}'.repeat(50),
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ maxLength: 40 }),
  // Halves of pairs too, which no text of ours holds.
  fc.array(fc.nat(0xff_ff), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.tuple(fc.constantFrom(...TEXTS), fc.string({ maxLength: 10 })).map(([known, more]) => known + more),
)

const NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 8.64e15 + 1]
export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

/** Any JSON, with the names of the runtime among its keys. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    hostileNumber,
    hostileText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(hostileText, tie('value')), { maxLength: 4 }).map(ownProperties),
  ),
})).value

/** `{ ['__proto__']: … }` as an own property, as `JSON.parse` makes it. */
export function ownProperties(entries: readonly (readonly [string, unknown])[]): object {
  const made = {}
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true })
  return made
}

/** What no JSON holds, for ways that carry more. */
export const hostileAnything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileJson },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      10n,
      new Date(Number.NaN),
      new Map([['a', 1]]),
      new Set([1]),
      new Uint8Array(3),
      /x/,
      new Error('a'),
    ),
  },
)

/** A text with some of its pieces gone, doubled or replaced. */
export const bentText = (original: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      original,
      fc.array(
        fc.record({ at: fc.nat(10_000), cut: fc.nat(8), put: hostileText.map((text) => text.slice(0, 200)) }),
        {
          maxLength: 4,
        },
      ),
    )
    .map(([text, bends]) =>
      bends.reduce((bent, { at, cut, put }) => {
        const place = at % (bent.length + 1)
        return bent.slice(0, place) + put + bent.slice(place + cut)
      }, text),
    )
