/** What happened to a token that a person set something up for, or is about to (T-08, T-16, T-17). */
export interface TokenNews {
  /** of one matter; a later one takes the place of an earlier one */
  readonly id: string
  readonly kind:
    | 'expires'
    | 'expired'
    | 'revoked'
    | 'revoked-late'
    | 'not-revoked'
    | 'rotation-ready'
    | 'rotated'
    | 'first-used'
  readonly connectionId: string
  readonly owner: string
  readonly token: string
  readonly lastFour: string
  /** when it ends, ended or was to end, our clock; null where that does not matter */
  readonly at: number | null
}
