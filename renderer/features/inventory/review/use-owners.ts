import { useCallback, useDeferredValue, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { ReviewedOwner } from '#shared/contract/review.ts'
import { useInventoryEnvironment } from '../context.tsx'
import { useReading } from '../use-reading.ts'

export type Show = 'changed' | 'open' | 'all'

/** Owners that are asked for at a time. */
const PAGE = 50

interface Pages {
  readonly of: string
  readonly count: number
}

/** The owners of a review that are to be shown. One that was just decided stays where it is until the choice changes. */
export function useOwners(id: string, show: Show, search: string) {
  const { client } = useInventoryEnvironment()
  const wanted = useDeferredValue(search)
  const of = `${id} ${show} ${wanted}`
  const [pages, setPages] = useState<Pages>({ of, count: 1 })
  const [changed, setChanged] = useState<ReadonlyMap<number, ReviewedOwner>>(new Map())
  const count = pages.of === of ? pages.count : 1
  const read = useCallback(async () => {
    const owners: ReviewedOwner[] = []
    let more = true
    for (let page = 0; page < count && more; page++) {
      const after = owners.at(-1)?.place ?? null
      const piece = await client.review.owners({ id, show, search: wanted.slice(0, 256), after, first: PAGE })
      owners.push(...piece.owners)
      more = piece.more
    }
    return { owners, more }
  }, [client, id, show, wanted, count])
  const { data, problem, again } = useReading(read)
  return {
    list: data?.owners.map((owner) => changed.get(owner.place) ?? owner) ?? null,
    more: data?.more ?? false,
    problem: problem as Problem | null,
    next: () => setPages({ of, count: count + 1 }),
    again(): void {
      setChanged(new Map())
      again()
    },
    change: (owner: ReviewedOwner) => setChanged((before) => new Map(before).set(owner.place, owner)),
  }
}
