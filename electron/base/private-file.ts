import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a file of the profile, readable by its owner alone: all of the new text or, after a crash or on a full disk, all of
 * the old. The profile is held by one process, so nobody else writes the same file.
 * @throws the system's own error
 */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.draft`
  // A process that was killed may have left its own.
  rmSync(draft, { force: true })
  // SECURITY: 0600 from the first byte on; a later chmod would leave a moment in which others can open it.
  const file = openSync(draft, 'wx', 0o600)
  try {
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
