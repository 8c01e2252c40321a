import { redact } from '#base/redact.ts'

const MOST_LINES = 30
const LONGEST_LINE = 500

/** The last lines that a child wrote, redacted and bounded: what is shown when it failed. */
export class OutputTail {
  readonly #heard: (line: string) => void
  #lines: string[] = []
  #rest = ''

  /** @param heard hears each whole line as it comes */
  constructor(heard: (line: string) => void = () => {}) {
    this.#heard = heard
  }

  get lines(): string[] {
    return this.#rest === '' ? [...this.#lines] : [...this.#lines, redact(this.#rest)]
  }

  /** Takes a piece of output; a line may come in many. */
  push(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/)
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE)
    for (const line of lines) this.#keep(line)
  }

  #keep(line: string): void {
    if (line.trim() === '') return
    // SECURITY: a child's words end in the window and in the log; redacted before they are cut.
    const clean = redact(line).slice(0, LONGEST_LINE)
    this.#lines = [...this.#lines, clean].slice(-MOST_LINES)
    this.#heard(clean)
  }
}
