import type { RegistrationRecord } from '#shared/contract/registration.ts'
import type { PlatformRecord } from '../clients/opencti/registration-answers.ts'

/** Differences below this are the way of the answer, not of the clocks; times would tremble with each reading. */
const SAME_CLOCK_MS = 1_500

/** The platform's clock minus ours, in ms, as this answer shows it. */
export function clockOffset(platformNow: number, receivedAt: number): number {
  const offset = platformNow - receivedAt
  return Math.abs(offset) < SAME_CLOCK_MS ? 0 : offset
}

type Times = Pick<PlatformRecord['attempts'][number], 'startedAt' | 'endedAt'>

/** Attempts on our clock, newest first. */
export function attemptsOnOurClock<Attempt extends Times>(
  attempts: readonly Attempt[],
  offset: number,
): Attempt[] {
  return attempts
    .map((attempt) => ({
      ...attempt,
      startedAt: attempt.startedAt - offset,
      endedAt: attempt.endedAt - offset,
    }))
    .sort((a, b) => b.startedAt - a.startedAt)
}

/** A record as it was read. */
export type ReadRecord = RegistrationRecord & {
  /** how old the last success was by the platform's own clock, so that no difference of clocks moves a boundary */
  readonly ageMs: number | null
}

/** A platform's record with its times on our clock. */
export function recordOnOurClock(record: PlatformRecord, offset: number): ReadRecord {
  const ours = (time: number | null): number | null => (time === null ? null : time - offset)
  const { lastAnswer } = record
  return {
    ageMs: record.lastSuccessAt === null ? null : record.now - record.lastSuccessAt,
    configuration: record.configuration,
    running: record.running,
    nextAttemptAt: ours(record.nextAttemptAt),
    lastSuccessAt: ours(record.lastSuccessAt),
    attempts: attemptsOnOurClock(record.attempts, offset),
    lastAnswer: lastAnswer && {
      ...lastAnswer,
      receivedAt: lastAnswer.receivedAt - offset,
    },
    preview: record.preview,
    provisioned: record.provisioned,
  }
}
