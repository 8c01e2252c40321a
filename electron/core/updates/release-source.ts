/** Where releases are announced, and the key that signs them. */
export interface ReleaseSource {
  /** https address of the signed manifest; the files lie beside it */
  readonly url: string
  /** Ed25519, SPKI in PEM */
  readonly publicKey: string
}

/** Put there by the build of a publisher (electron.vite.config.ts); everywhere else there is no such name. */
declare const GATEHOUSE_RELEASES: ReleaseSource | null

/**
 * What a publisher built in; null: nobody did, so nothing could be believed and nobody is asked.
 * SECURITY: a constant of the program. A profile or an environment that could change it could choose what is installed.
 */
export function builtInReleases(): ReleaseSource | null {
  return typeof GATEHOUSE_RELEASES === 'undefined' ? null : GATEHOUSE_RELEASES
}
