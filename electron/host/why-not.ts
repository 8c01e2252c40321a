import { NewerDatabaseError, type StorageFault, storageFault } from '#base/sqlite.ts'

const FAULTS: Readonly<Record<StorageFault, (profile: string) => string>> = {
  damaged: (profile) =>
    `A file of the profile in ${profile} is damaged. Nothing was changed, and no platform is affected. Put the folder back from a backup, or rename console.sqlite there to start without connections and settings; tokens in the keychain and on the platforms stay.`,
  full: (profile) =>
    `The disk with the profile in ${profile} is full. Nothing is lost. Make some room on it, then start again.`,
  'read-only': (profile) =>
    `The profile in ${profile} cannot be written. Nothing was changed. Check the rights of that folder and whether its disk is mounted read-only, or name another folder in GATEHOUSE_PROFILE.`,
  disk: (profile) =>
    `The disk with the profile in ${profile} reports errors. Copy that folder elsewhere before anything else, then name the copy in GATEHOUSE_PROFILE.`,
}

/** Why the console cannot start, what that means and what to do, in words for the person before it (REL-7). */
export function whyNot(error: unknown, profile: string): string {
  if (error instanceof NewerDatabaseError)
    return `The profile in ${profile} was written by a newer Gatehouse. Nothing was changed. Start that version, or name another folder in GATEHOUSE_PROFILE.`
  const fault = storageFault(error)
  if (fault !== null) return FAULTS[fault](profile)
  return error instanceof Error ? error.message : String(error)
}
