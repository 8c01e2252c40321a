import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { UpdateFailure } from '#shared/contract/updates.ts'
import type { Artefact } from './release.ts'

/** Why a release or its file could not be had. */
export class UpdateError extends Error {
  readonly why: UpdateFailure

  constructor(why: UpdateFailure, detail: string) {
    super(detail)
    this.why = why
  }
}

const MOST_MANIFEST_BYTES = 65_536
const MOST_REDIRECTS = 5
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/

/** SECURITY: https, so that nobody on the way learns or chooses what is asked; http within this machine alone. */
export function isSafeAddress(address: string | URL): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

/** The manifest's bytes. @throws UpdateError */
export async function fetchManifest(address: string, signal: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of bodyOf(await answerOf(address, signal))) {
    length += piece.length
    if (length > MOST_MANIFEST_BYTES)
      throw new UpdateError('unreachable', `more than ${MOST_MANIFEST_BYTES} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/**
 * Fetches a file of a release into `folder`, which holds nothing else afterwards, and verifies size and digest there. One that
 * lies there already, whole, is not fetched again.
 * @param told bytes that have come so far
 * @returns its path
 * @throws UpdateError; then nothing is left of it
 */
export async function fetchArtefact(
  folder: string,
  address: string,
  artefact: Artefact,
  told: (received: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, artefact.fileName)
  const draft = `${path}.part`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const other of readdirSync(folder))
      if (other !== artefact.fileName) rmSync(join(folder, other), { recursive: true, force: true })
    if (await isWhole(path, artefact)) return path
    rmSync(path, { force: true })
  } catch (error) {
    throw onDisk(error)
  }
  try {
    await write(draft, await answerOf(address, signal), artefact, told)
    // SECURITY: what lies on the disk is verified, not what came; only then does it get its name.
    if (!(await isWhole(draft, artefact)))
      throw new UpdateError('damaged', 'another digest than the release says')
    renameSync(draft, path)
    return path
  } catch (error) {
    rmSync(draft, { force: true })
    throw error instanceof UpdateError ? error : onDisk(error)
  }
}

async function write(
  draft: string,
  answer: Response,
  { size }: Artefact,
  told: (received: number) => void,
): Promise<void> {
  let file: FileHandle
  try {
    file = await open(draft, 'wx', 0o600)
  } catch (error) {
    throw onDisk(error)
  }
  try {
    let received = 0
    for await (const piece of bodyOf(answer)) {
      received += piece.length
      // SECURITY: the disk is not filled by who sends more than was signed.
      if (received > size) throw new UpdateError('damaged', `more than ${size} bytes`)
      await file.writeFile(piece).catch((error: unknown) => {
        throw onDisk(error)
      })
      told(received)
    }
    if (received < size) throw new UpdateError('damaged', `${received} of ${size} bytes`)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function isWhole(path: string, { size, sha256 }: Artefact): Promise<boolean> {
  const digest = createHash('sha256')
  let length = 0
  try {
    for await (const piece of createReadStream(path)) {
      length += piece.length
      digest.update(piece)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  return length === size && digest.digest('hex') === sha256
}

/** Follows redirects itself, so that none leads to an address that is not safe. */
async function answerOf(address: string, signal: AbortSignal): Promise<Response> {
  let at = address
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    if (!isSafeAddress(at)) throw new UpdateError('unreachable', `not https: ${new URL(at).origin}`)
    const answer = await reach(at, signal)
    const next = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
    if (next === null) {
      if (answer.ok) return answer
      await answer.body?.cancel()
      throw new UpdateError('unreachable', `HTTP ${answer.status}`)
    }
    await answer.body?.cancel()
    at = new URL(next, at).href
  }
  throw new UpdateError('unreachable', 'too many redirects')
}

async function reach(address: string, signal: AbortSignal): Promise<Response> {
  try {
    // Nothing that tells who asks: no cookie, no version, no id.
    return await fetch(address, { redirect: 'manual', signal, headers: { 'user-agent': 'Gatehouse' } })
  } catch (error) {
    throw unreachable(error)
  }
}

async function* bodyOf(answer: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of answer.body ?? []) yield piece as Uint8Array
  } catch (error) {
    throw unreachable(error)
  }
}

/** The reason of a failed `fetch` stands in its cause. */
function unreachable(error: unknown): UpdateError {
  if (error instanceof UpdateError) return error
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  return new UpdateError('unreachable', cause?.code ?? cause?.message ?? message)
}

function onDisk(error: unknown): UpdateError {
  if (error instanceof UpdateError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new UpdateError('disk', code ?? message)
}
