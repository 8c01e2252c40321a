import { z } from 'zod'

/** Where a console kills itself; the proxy's side of the campaign kills it everywhere else. */
export const OWN_DEATHS = ['plan', 'planned', 'settling', 'report'] as const
export type OwnDeath = (typeof OWN_DEATHS)[number]

/** Bugs that the campaign must see: each is put into a console whose product code is right. */
export const PLANTS = ['called-early', 'forgets-on-resume', 'sends-again'] as const
export type Plant = (typeof PLANTS)[number]

/** What one life of a console is told to do. */
export const Life = z.object({
  /** the profile */
  folder: z.string(),
  url: z.string(),
  token: z.string(),
  kind: z.enum(['bulk', 'lost-device']),
  targets: z.array(z.object({ userId: z.string(), tokenIds: z.array(z.string()) })).min(1),
  dies: z.object({ at: z.enum(OWN_DEATHS), nth: z.number().int() }).nullable(),
  plant: z.enum(PLANTS).nullable(),
})
export type Life = z.infer<typeof Life>

/** A line that a life prints. */
export type Told =
  /** tokens that the page would now show as revoked */
  | { readonly gone: readonly string[] }
  | {
      readonly end: {
        /** token ids with a result of their own that says done, in the file for the person */
        readonly results: readonly string[]
        readonly reported: boolean
        /** the ledger when this life began and when it ended */
        readonly ledger: readonly [string, string]
      }
    }
