import { chmodSync } from 'node:fs'
import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import { fetchArtefact, fetchManifest, UpdateError } from './fetching.ts'
import { type Artefact, isNewer, judgeRelease, type Release } from './release.ts'
import type { ReleaseSource } from './release-source.ts'
import type { SeenReleaseStore } from './seen-store.ts'

/** After the start the console has better things to do. */
const FIRST_CHECK_MS = 60_000
const CHECK_EVERY_MS = 24 * 3_600_000
const MANIFEST_PATIENCE_MS = 20_000
/** A file may take as long as it comes; it must go on coming. */
const SILENCE_MS = 60_000

export interface UpdatesParts {
  /** null: nothing was built in */
  readonly source: ReleaseSource | null
  /** whether the user switched it on; off unless they did */
  readonly isOn: () => boolean
  /** the version that runs, `1.2.3` */
  readonly version: string
  readonly machine: { readonly platform: string; readonly arch: string }
  readonly store: SeenReleaseStore
  /** where files are put */
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
}

type Available = Extract<UpdateStatus, { state: 'available' }>

/** Tells that a newer release is there, fetches and verifies it. Installs nothing (decision 0130). */
export class UpdatesService {
  readonly status: Live<UpdateStatus>
  readonly #parts: UpdatesParts
  #release: Release | null = null
  #work = new AbortController()
  #checking: Promise<void> | null = null
  #cancelNext = (): void => {}
  #wasOn = false
  #ended = false

  constructor(parts: UpdatesParts) {
    this.#parts = parts
    this.status = new Live<UpdateStatus>(this.#resting())
  }

  /** Begins to look once a day, if that is switched on. */
  start(): void {
    this.#wasOn = this.#isOn()
    if (!this.#wasOn) return
    this.status.set(this.#resting())
    this.#later(FIRST_CHECK_MS)
  }

  /** The setting may have changed: switched on it looks at once, switched off it ends what is under way. */
  follow(): void {
    const isOn = this.#isOn()
    if (isOn === this.#wasOn || this.#ended) return
    this.#wasOn = isOn
    this.#stop()
    this.status.set(this.#resting())
    if (isOn) void this.check()
  }

  /** Looks now; those who ask meanwhile share the look. Never throws. */
  check(): Promise<void> {
    if (!this.#isOn() || this.#ended || this.#isLoading()) return Promise.resolve()
    if (this.#checking) return this.#checking
    const checking = this.#look().finally(() => {
      // One that was ended by the setting must not forget the one after it.
      if (this.#checking === checking) this.#checking = null
    })
    this.#checking = checking
    return checking
  }

  /** Fetches and verifies a file of the newer release. Never throws: the status tells. */
  async download(fileName: string): Promise<void> {
    const { source, folder, logger } = this.#parts
    const artefact = this.#release?.artefacts.find((one) => one.fileName === fileName && this.#fits(one))
    if (!source || !artefact || this.#isLoading() || !this.#isOn() || this.#ended) return
    const { signal } = this.#work
    const size = artefact.size
    this.#tell({ phase: 'loading', fileName, received: 0, size })
    const silence = this.#patience(SILENCE_MS)
    try {
      const told = (received: number): void => {
        silence.again()
        this.#tell({ phase: 'loading', fileName, received, size })
      }
      const address = new URL(fileName, source.url).href
      const path = await fetchArtefact(
        folder,
        address,
        artefact,
        told,
        AbortSignal.any([signal, silence.signal]),
      )
      // SECURITY: nothing can be run before it is verified.
      if (artefact.kind === 'AppImage') chmodSync(path, 0o700)
      if (!signal.aborted) this.#tell({ phase: 'ready', fileName, path })
    } catch (error) {
      if (signal.aborted) return
      const { why, message } = failureOf(error)
      logger.warn({ fileName, why, detail: message }, 'a release could not be fetched')
      this.#tell({ phase: 'failed', fileName, why, detail: message })
    } finally {
      silence.end()
    }
  }

  dispose(): void {
    this.#ended = true
    this.#stop()
    this.status.end()
  }

  async #look(): Promise<void> {
    const { source, store, clock, logger } = this.#parts
    if (!source) return
    const { signal } = this.#work
    this.#cancelNext()
    this.status.set({ state: 'checking', source: originOf(source) })
    const patience = this.#patience(MANIFEST_PATIENCE_MS)
    try {
      const bytes = await fetchManifest(source.url, AbortSignal.any([signal, patience.signal]))
      const verdict = judgeRelease(bytes, source.publicKey, store.seen, clock.now())
      if (!verdict.ok) throw new UpdateError(verdict.why, verdict.detail ?? verdict.why)
      store.keep(verdict.release)
      if (!signal.aborted) this.#offer(verdict.release)
    } catch (error) {
      if (signal.aborted) return
      const { why, message } = failureOf(error)
      logger.warn({ why, detail: message }, 'the newest release could not be learnt')
      this.#release = null
      this.status.set({
        state: 'failed',
        source: originOf(source),
        checkedAt: clock.now(),
        why,
        detail: message.slice(0, 200),
      })
    } finally {
      patience.end()
      if (!signal.aborted) this.#later(CHECK_EVERY_MS)
    }
  }

  #offer(release: Release): void {
    const { source, version, clock } = this.#parts
    if (!source) return
    const said = { source: originOf(source), checkedAt: clock.now() }
    // SECURITY: only ever forwards, whatever was signed.
    if (!isNewer(release.version, version)) {
      this.#release = null
      this.status.set({ state: 'current', ...said })
      return
    }
    this.#release = release
    const files = release.artefacts
      .filter((one) => this.#fits(one))
      .map(({ fileName, kind, size }) => ({ fileName, kind, size }))
    const { version: newer, issuedAt, notes } = release
    this.status.set({ state: 'available', ...said, version: newer, issuedAt, notes, files, download: null })
  }

  #fits({ platform, arch }: Artefact): boolean {
    const { machine } = this.#parts
    return platform === machine.platform && arch === machine.arch
  }

  #isOn(): boolean {
    return this.#parts.source !== null && this.#parts.isOn()
  }

  #isLoading(): boolean {
    const { value } = this.status
    return value.state === 'available' && value.download?.phase === 'loading'
  }

  #resting(): UpdateStatus {
    const { source } = this.#parts
    if (!source) return { state: 'unavailable' }
    return { state: this.#isOn() ? 'waiting' : 'off', source: originOf(source) }
  }

  #tell(download: Available['download']): void {
    const { value } = this.status
    if (value.state === 'available') this.status.set({ ...value, download })
  }

  #later(ms: number): void {
    this.#cancelNext()
    if (!this.#ended) this.#cancelNext = this.#parts.clock.after(ms, () => void this.check())
  }

  #stop(): void {
    this.#cancelNext()
    this.#work.abort()
    this.#work = new AbortController()
    this.#checking = null
    this.#release = null
  }

  /** Aborts after so much time, counted anew with `again`. */
  #patience(ms: number) {
    const { clock } = this.#parts
    const controller = new AbortController()
    const giveUp = (): void =>
      controller.abort(new UpdateError('unreachable', `no answer in ${ms / 1_000} s`))
    let cancel = clock.after(ms, giveUp)
    return {
      signal: controller.signal,
      again(): void {
        cancel()
        cancel = clock.after(ms, giveUp)
      },
      end: (): void => cancel(),
    }
  }
}

const originOf = ({ url }: ReleaseSource): string => new URL(url).origin

function failureOf(error: unknown): UpdateError {
  return error instanceof UpdateError ? error : new UpdateError('unreachable', String(error))
}
