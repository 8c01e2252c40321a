import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import { useTokensEnvironment } from './context.tsx'

export interface Copy {
  state: 'idle' | 'copying' | 'copied'
  /** our clock; null = the clipboard keeps it */
  clearsAt: number | null
  problem: Problem | null
  start: () => Promise<void>
}

/** Puts the revealed token on the clipboard: by the core where it can, else by the page, which shows the value already. */
export function useCopy(revealId: string, read: () => string | null): Copy {
  const { client, clipboard, clipboardClearSeconds, pageClipboard } = useTokensEnvironment()
  const [copy, setCopy] = useState<Omit<Copy, 'start'>>({ state: 'idle', clearsAt: null, problem: null })

  async function copyByPage(): Promise<number | null> {
    const value = read()
    if (value === null) throw new Error('The token is no longer shown')
    return pageClipboard.copy(value, clipboardClearSeconds)
  }

  async function start(): Promise<void> {
    setCopy({ state: 'copying', clearsAt: null, problem: null })
    try {
      const clearsAt =
        clipboard === 'system'
          ? (await client.tokens.copy({ revealId, format: 'token' })).clearsAt
          : await copyByPage()
      setCopy({ state: 'copied', clearsAt, problem: null })
    } catch (error) {
      const problem: Problem =
        clipboard === 'system' ? problemOf(error) : { code: 'clipboard-failed', detail: nameOf(error) }
      setCopy({ state: 'idle', clearsAt: null, problem })
    }
  }

  return { ...copy, start }
}

/** SECURITY: only the kind of the error; a message could quote what was to be copied. */
function nameOf(error: unknown): string | null {
  return error instanceof Error ? error.name : null
}
