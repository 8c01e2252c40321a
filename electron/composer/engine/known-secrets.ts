import { Secret } from '#base/secret.ts'
import type { ActualConnector, ConnectorSpec, DesiredConnector } from './model.ts'

const MARK = '[redacted]'
/** Shorter values are words (`true`, `admin`); taking those out would leave no log. */
const SHORTEST = 8
/** Of a value that a cut line ends with, so much gives it away. */
const SHORTEST_START = 4
/** What a line ends with that was cut. */
const CUT = '…'

interface Known {
  readonly hash: string
  readonly values: readonly Secret[]
}

/**
 * SECURITY: connectors print their environment. The shape of a token is taken out of logs everywhere; what has no shape (a
 * password, an API key of another product) is known here alone, because the composer opened it.
 */
export class KnownSecrets {
  readonly #known = new Map<string, Known>()
  readonly #specOf: (connector: DesiredConnector, name: string) => ConnectorSpec

  constructor(specOf: (connector: DesiredConnector, name: string) => ConnectorSpec) {
    this.#specOf = specOf
  }

  /**
   * `lines` of the log of `actual` without the values that came encrypted, whole or as single lines of a longer one.
   * Opened once for each configuration; those of the one that runs stay until the new one does.
   */
  hidden(lines: readonly string[], actual: ActualConnector, wanted: DesiredConnector): string[] {
    let known = this.#known.get(wanted.id)
    if (known === undefined || (known.hash !== wanted.hash && actual.hash === wanted.hash)) {
      known = { hash: wanted.hash, values: this.#opened(wanted, actual.name) }
      this.#known.set(wanted.id, known)
    }
    const pieces = known.values.flatMap((value) => piecesOf(value.expose())).sort(longestFirst)
    return pieces.length === 0 ? [...lines] : lines.map((line) => withoutPieces(line, pieces))
  }

  /** Forgets connectors that are gone. */
  keepOnly(connectorIds: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!connectorIds.has(id)) this.#known.delete(id)
  }

  #opened(wanted: DesiredConnector, name: string): Secret[] {
    try {
      return this.#specOf(wanted, name).environment.flatMap(({ value }) =>
        value instanceof Secret ? [value] : [],
      )
    } catch {
      // What cannot be opened was never given to a container.
      return []
    }
  }
}

function piecesOf(value: string): string[] {
  return [value, encodeURIComponent(value.toWellFormed()), ...value.split(/\r?\n/)].filter(
    ({ length }) => length >= SHORTEST,
  )
}

function withoutPieces(line: string, pieces: readonly string[]): string {
  const clean = pieces.reduce((text, piece) => text.replaceAll(piece, MARK), line)
  return clean.endsWith(CUT) ? withoutStart(clean, pieces) : clean
}

function withoutStart(line: string, pieces: readonly string[]): string {
  const text = line.slice(0, -CUT.length)
  for (const piece of pieces) {
    for (let length = piece.length - 1; length >= SHORTEST_START; length--) {
      if (text.endsWith(piece.slice(0, length))) return text.slice(0, -length) + MARK + CUT
    }
  }
  return line
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length
}
