/** Something a person is called for: once when it begins and once when it ends (H-02, H-05). */
export interface Happening {
  /** of what it is news; the same for the beginning and the end of one matter */
  readonly id: string
  readonly kind: 'down' | 'up' | 'flapping' | 'settled-up' | 'settled-down' | 'version'
  readonly subject:
    | { readonly kind: 'monitor'; readonly monitorId: string }
    /** all that is watched of one connection */
    | { readonly kind: 'connection'; readonly connectionId: string }
    /** everything beyond this machine */
    | { readonly kind: 'network' }
  /** start of what it tells of, ms since the epoch: the first point, not the one that confirmed it */
  readonly since: number
  /** when it was confirmed */
  readonly at: number
  /** of a `version` */
  readonly versions?: { readonly from: string; readonly to: string }
}
