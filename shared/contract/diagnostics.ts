import { z } from 'zod'
import { procedure } from './problem.ts'

export const diagnostics = {
  /**
   * The diagnostics bundle (S-10), gathered now: JSON with `parts` by name, masked, byte for byte what may be saved. The
   * core writes no file and sends nothing.
   */
  make: procedure.output(z.object({ fileName: z.string(), text: z.string() })),
}
