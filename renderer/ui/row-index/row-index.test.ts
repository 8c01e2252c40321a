import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldText, naturalKey } from './fold.ts'
import { type Arrangement, createRowIndex, type RowIndex, type SortRule } from './row-index.ts'
import { searchWords } from './search-blocks.ts'
import { drain, inSlices } from './slices.ts'

interface Row {
  id: string
  name: string
  owner: string
  used: number
}

const createIndex = (): RowIndex<Row> =>
  createRowIndex<Row>({
    id: ({ id }) => id,
    sortKeys: {
      name: { kind: 'text', of: ({ name }) => name },
      owner: { kind: 'text', of: ({ owner }) => owner },
      used: { kind: 'number', of: ({ used }) => used },
    },
    collectTexts: ({ name, owner }, into) => into.push(name, owner),
  })

/** The same by the plainest means: an array, its own sort, and a filter. */
class Naive {
  rows: Row[] = []
  arrangement: Arrangement<Row> = { sort: [], search: '', where: null }

  put(rows: readonly Row[]): void {
    for (const row of rows) {
      const at = this.rows.findIndex(({ id }) => id === row.id)
      if (at === -1) this.rows.push(row)
      else this.rows[at] = row
    }
  }

  remove(ids: readonly string[]): void {
    this.rows = this.rows.filter(({ id }) => !ids.includes(id))
  }

  shown(): Row[] {
    const { sort, search, where } = this.arrangement
    const words = foldText(search)
      .split(/\s/)
      .filter((word) => word !== '')
    return this.rows
      .filter((row) => where === null || where(row))
      .filter(({ name, owner }) =>
        words.every((word) => foldText(name).includes(word) || foldText(owner).includes(word)),
      )
      .sort((a, b) => {
        for (const { column, descending } of sort) {
          const order = column === 'used' ? compare(a.used, b.used) : compareTexts(a, b, column as 'name')
          if (order !== 0) return descending ? -order : order
        }
        return 0
      })
  }
}

const compare = <Key extends string | number>(a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0)
const compareTexts = (a: Row, b: Row, column: 'name' | 'owner'): number =>
  compare(naturalKey(a[column]), naturalKey(b[column]))

// Few letters and few rows, so that ties, hits and changes of the same row are frequent.
const word = fc.stringMatching(/^[abÉ 019\n]{0,4}$/)
const id = fc.integer({ min: 0, max: 40 }).map((number) => `id-${number}`)
const used = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, 0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1.7e12, 1.7e12 + 1),
)
const row: fc.Arbitrary<Row> = fc.record({ id, name: word, owner: word, used })
const sort: fc.Arbitrary<SortRule[]> = fc.uniqueArray(
  fc.record({ column: fc.constantFrom('name', 'owner', 'used'), descending: fc.boolean() }),
  { maxLength: 3, selector: ({ column }) => column },
)
const arrangement: fc.Arbitrary<Arrangement<Row>> = fc.record({
  sort,
  search: fc.stringMatching(/^[abé 0]{0,3}$/),
  where: fc.constantFrom<Arrangement<Row>['where']>(
    null,
    ({ used }) => used > 0,
    ({ name }) => name !== '',
  ),
})

type Step =
  | { do: 'put'; rows: Row[] }
  | { do: 'remove'; ids: string[] }
  | { do: 'arrange'; arrangement: Arrangement<Row> }
  | { do: 'refresh'; id: string; used: number }
  | { do: 'clear' }
  /** works at the preparation for so many slices, and leaves it there */
  | { do: 'prepare'; slices: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), rows: fc.array(row, { maxLength: 30 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), rows: fc.array(row, { maxLength: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('remove' as const), ids: fc.array(id, { maxLength: 5 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('arrange' as const), arrangement }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('prepare' as const), slices: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refresh' as const), id, used }) },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
)

describe('a row index', () => {
  test('shows what an array, its sort and a filter would show, after any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const index = createIndex()
        const naive = new Naive()
        let work = index.prepare()
        for (const step of steps) {
          if (step.do === 'put') {
            index.put(step.rows)
            naive.put(step.rows)
          } else if (step.do === 'remove') {
            index.remove(step.ids)
            naive.remove(step.ids)
          } else if (step.do === 'arrange') {
            index.arrange(step.arrangement)
            naive.arrangement = step.arrangement
          } else if (step.do === 'refresh') {
            // The one thing that may change in a row that stays the same object.
            const row = index.get(step.id)
            if (row) {
              row.used = step.used
              index.refresh([row], ['used'])
            }
          } else if (step.do === 'prepare') {
            for (let slice = 0; slice < step.slices; slice++) if (work.next().done) work = index.prepare()
          } else {
            index.clear()
            naive.rows = []
          }
          const shown = naive.shown()
          expect(index.slice()).toEqual(shown)
          expect(index.shown).toBe(shown.length)
          for (const row of naive.rows) expect(index.isShown(row.id)).toBe(shown.includes(row))
          expect(index.size).toBe(naive.rows.length)
        }
        expect(index.rows()).toEqual(naive.rows)
        naive.shown().forEach((row, place) => {
          expect(index.at(place)).toBe(row)
          expect(index.placeOf(row.id)).toBe(place)
        })
      }),
      { numRuns: 2_000 },
    )
  })

  test('deals its places out anew when most rows are gone, and keeps the order of arrival', () => {
    const index = createIndex()
    const rows = numbered(5_000)
    index.arrange({ sort: [], search: '', where: null })
    index.put(rows)
    index.remove(rows.slice(0, 4_500).map(({ id }) => id))
    index.put([
      { ...(rows[4_600] as Row), used: -1 },
      { id: 'late', name: 'late', owner: '', used: 1 },
    ])
    expect(index.slice(0, 2)).toEqual(rows.slice(4_500, 4_502))
    expect(index.at(500)?.id).toBe('late')
    expect(index.get('row-4600')?.used).toBe(-1)
    expect(index.placeOf('row-0')).toBe(-1)
  })

  test('is in order over many rows, however they are spread', () => {
    const index = createIndex()
    const rows = numbered(20_000)
    index.put(rows)
    for (const column of ['name', 'owner', 'used']) {
      for (const descending of [false, true]) {
        const naive = new Naive()
        naive.rows = rows
        naive.arrangement = { sort: [{ column, descending }], search: '', where: null }
        index.arrange(naive.arrangement)
        expect(index.slice()).toEqual(naive.shown())
      }
    }
  })

  test('says so when a column has no order', () => {
    const index = createIndex()
    index.arrange({ sort: [{ column: 'nothing', descending: false }], search: '', where: null })
    expect(() => index.shown).toThrow('nothing')
  })
})

/** Rows in no order, with many equal owners. */
function numbered(count: number): Row[] {
  let seed = 7
  const next = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed
  }
  return Array.from({ length: count }, (_, at) => ({
    id: `row-${at}`,
    name: `Script ${next() % 5_000}`,
    owner: `Owner ${next() % 90}`,
    used: (next() % 10_000) * 86_400_000 - 4e11,
  }))
}

describe('preparation', () => {
  test('pauses between slices, gives way to a change, and ends with the right order', () => {
    const waiting: ((left: () => number) => void)[] = []
    const index = createIndex()
    index.put(numbered(20_000))
    let calledOff = false
    inSlices(index.prepare(), (task) => {
      waiting.push(task)
      return () => {
        calledOff = true
      }
    })
    let turns = 0
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      turns++
      if (turns === 5) index.put([{ id: 'new', name: '0', owner: '', used: 0 }])
      // No time is left at once, so each turn is one slice.
      task(() => 0)
    }
    expect(turns).toBeGreaterThan(20)
    expect(calledOff).toBe(false)
    index.arrange({ sort: [{ column: 'name', descending: false }], search: '', where: null })
    expect(index.at(0)?.id).toBe('new')
  })

  test('stops when told to', () => {
    const waiting: ((left: () => number) => void)[] = []
    let calledOff = 0
    const stop = inSlices(createIndex().prepare(), (task) => {
      waiting.push(task)
      return () => {
        calledOff++
      }
    })
    stop()
    expect(calledOff).toBe(1)
  })
})

describe('natural order', () => {
  const compareNaturally = (a: string, b: string): number => {
    const parts = (text: string): string[] => text.toLowerCase().match(/\d+|\D/g) ?? []
    const [left, right] = [parts(a), parts(b)]
    for (let at = 0; at < Math.min(left.length, right.length); at++) {
      const [one, other] = [left[at] as string, right[at] as string]
      const order = /\d/.test(one) && /\d/.test(other) ? Number(one) - Number(other) : compare(one, other)
      if (order !== 0) return Math.sign(order)
    }
    return compare(left.length, right.length)
  }

  test('numbers inside texts count as numbers', () => {
    const text = fc.stringMatching(/^[ab -]{0,2}([0-9]{1,4}[a-c_]{0,2}){0,3}$/)
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(compare(naturalKey(a), naturalKey(b))).toBe(compareNaturally(a, b))
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['Hélène', 'helene'],
    ['STRASSE', 'strasse'],
    ['ﬁle', 'file'],
    ['Ёлка', 'елка'],
  ])('%s is found and sorted as %s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })

  test('a search is its words, wherever they stand', () => {
    expect(searchWords('  Night  EXPORT ')).toEqual(['night', 'export'])
    expect(searchWords(' \t')).toEqual([])
  })

  test('work that pauses ends with its result', () => {
    expect(
      drain(
        (function* () {
          yield
          yield
          return 3
        })(),
      ),
    ).toBe(3)
  })
})
