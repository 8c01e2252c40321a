import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { equalDigests, hmac } from '#base/crypto.ts'
import { type ChainHead, EMPTY_CHAIN } from '#base/hash-chain.ts'
import { writeWhole } from '#base/private-file.ts'
import type { ChainName } from './ledger-database.ts'

const SealedHead = z.object({
  count: z.number().int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  seal: z.string().regex(/^[0-9a-f]{64}$/),
})

/**
 * The heads of the chains (count and last digest), kept beside the keys and not in the ledger's file: a tail that is cut off
 * there is missed here. Each is sealed with its chain's key.
 */
export class LedgerHeads {
  readonly #folder: string

  /** @param folder of the profile's keys */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The head of a chain that has no record yet, written before its key is kept: from then on a head that is not there was
   * taken away.
   */
  birth(chain: ChainName, key: Uint8Array): void {
    this.write(chain, key, EMPTY_CHAIN)
  }

  /** @throws the system's own error, as on a full disk */
  write(chain: ChainName, key: Uint8Array, head: ChainHead): void {
    const digest = Buffer.from(head.digest).toString('hex')
    const seal = sealOf(chain, key, head).toString('hex')
    writeWhole(this.#path(chain), `${JSON.stringify({ count: head.count, digest, seal })}\n`)
  }

  /** Null when it is not there or not what was written with `key`. */
  read(chain: ChainName, key: Uint8Array): ChainHead | null {
    const sealed = this.#sealed(chain)
    if (sealed === null) return null
    const head = { count: sealed.count, digest: Buffer.from(sealed.digest, 'hex') }
    // SECURITY: a record's own digest stands in the ledger; a head that is set back to it lacks this seal.
    return equalDigests(Buffer.from(sealed.seal, 'hex'), sealOf(chain, key, head)) ? head : null
  }

  #sealed(chain: ChainName) {
    try {
      return SealedHead.parse(JSON.parse(readFileSync(this.#path(chain), 'utf8')))
    } catch {
      return null
    }
  }

  #path(chain: ChainName): string {
    return join(this.#folder, `ledger-head.${chain}.json`)
  }
}

function sealOf(chain: ChainName, key: Uint8Array, { count, digest }: ChainHead): Buffer {
  return hmac(key, `ledger head:${chain}:${count}:`, digest)
}
