import { z } from 'zod'
import { procedure } from './problem.ts'

/** A package of others that is part of this program. */
export const ShippedPackage = z.object({
  name: z.string(),
  version: z.string(),
  /** SPDX expression */
  licence: z.string(),
  /** whether the package brings the text of its licence */
  hasText: z.boolean(),
})
export type ShippedPackage = z.infer<typeof ShippedPackage>

export const about = {
  /** Everything of others that ships, by name. Empty where the program runs without having been built. */
  packages: procedure.output(z.array(ShippedPackage)),
  /** The text of a licence as the package brings it; null when it brings none. */
  licence: procedure
    .input(z.object({ name: z.string().max(214), version: z.string().max(256) }))
    .output(z.string().nullable()),
}
