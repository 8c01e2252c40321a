/** What stands at one place of a source: a value that claims to be a user, or why not even that could be read. */
export type SourceRecord =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly unreadable: 'too-long' | 'not-utf-8' | 'not-json' }

/** The file cannot be imported at all. */
export class UnusableSourceError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnusableSourceError'
  }
}
