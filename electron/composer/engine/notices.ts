const LONGEST = 500

/**
 * What the composer itself has to say about a connector: why it is refused, held, or was stopped. It goes to the platform
 * at the end of the connector's log, where its owner looks first.
 */
export class Notices {
  readonly #texts = new Map<string, string>()

  /** Answers whether this is news. */
  set(connectorId: string, text: string, at: number): boolean {
    const known = this.#texts.get(connectorId)
    if (known?.endsWith(text.slice(0, LONGEST))) return false
    this.#texts.set(connectorId, `${new Date(at).toISOString()} [composer] ${text.slice(0, LONGEST)}`)
    return true
  }

  /** Answers whether there was one. */
  clear(connectorId: string): boolean {
    return this.#texts.delete(connectorId)
  }

  line(connectorId: string): string | null {
    return this.#texts.get(connectorId) ?? null
  }

  keepOnly(connectorIds: ReadonlySet<string>): void {
    for (const id of this.#texts.keys()) if (!connectorIds.has(id)) this.#texts.delete(id)
  }
}
