import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Instant } from './connections.ts'
import { procedure } from './problem.ts'

/**
 * Why a release could not be had. unreachable: no answer, or none that is one · forged: not what the release key signed ·
 * replayed: older than one that was seen · stale: signed too long ago to be the newest · damaged: the file is not the one that
 * the release names · disk: it could not be written
 */
export const UpdateFailure = z.enum(['unreachable', 'forged', 'replayed', 'stale', 'damaged', 'disk'])
export type UpdateFailure = z.infer<typeof UpdateFailure>

/** A file of a release that fits this machine. */
export const UpdateFile = z.object({
  fileName: z.string(),
  kind: z.enum(['AppImage', 'deb', 'rpm', 'dmg', 'nsis']),
  /** bytes */
  size: z.number().int(),
})
export type UpdateFile = z.infer<typeof UpdateFile>

const Download = z.discriminatedUnion('phase', [
  z.object({
    phase: z.literal('loading'),
    fileName: z.string(),
    received: z.number().int(),
    size: z.number().int(),
  }),
  z.object({
    phase: z.literal('failed'),
    fileName: z.string(),
    why: UpdateFailure,
    detail: z.string().nullable(),
  }),
  /** `path`: where it lies, verified. Nothing installs it but a person */
  z.object({ phase: z.literal('ready'), fileName: z.string(), path: z.string() }),
])

export const UpdateStatus = z.discriminatedUnion('state', [
  /** nobody built a release key into this program, so that nothing could be believed */
  z.object({ state: z.literal('unavailable') }),
  z.object({ state: z.literal('off'), source: z.string() }),
  /** switched on, not asked yet */
  z.object({ state: z.literal('waiting'), source: z.string() }),
  z.object({ state: z.literal('checking'), source: z.string() }),
  z.object({ state: z.literal('current'), source: z.string(), checkedAt: Instant }),
  z.object({
    state: z.literal('failed'),
    source: z.string(),
    checkedAt: Instant,
    why: UpdateFailure,
    detail: z.string().nullable(),
  }),
  z.object({
    state: z.literal('available'),
    source: z.string(),
    checkedAt: Instant,
    version: z.string(),
    issuedAt: Instant,
    /** in the publisher's words */
    notes: z.string(),
    files: z.array(UpdateFile),
    download: Download.nullable(),
  }),
])
export type UpdateStatus = z.infer<typeof UpdateStatus>

export const updates = {
  watch: procedure.output(eventIterator(UpdateStatus)),
  /** Asks now; what comes of it comes with `watch`. Does nothing while the setting is off. */
  check: procedure.output(z.void()),
  /** Fetches a file of the newer release and verifies it. Never installs it. */
  download: procedure.input(z.object({ fileName: z.string().max(128) })).output(z.void()),
}
