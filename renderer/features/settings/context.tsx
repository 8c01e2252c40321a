import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Settings } from '#shared/contract/settings.ts'
import type { SettingsState, SettingsStore } from './store.ts'

/** Choices of this page alone, kept by the browser; nothing about platforms or tokens. */
export interface PageChoices {
  /** `/` and `?` without a modifier (WCAG 2.1.4: can be turned off) */
  readonly singleKeys: boolean
  readonly onSingleKeys: (on: boolean) => void
}

interface Environment {
  readonly store: SettingsStore
  readonly choices: PageChoices
}

const SettingsContext = createContext<Environment | null>(null)

export function SettingsProvider({ value, children }: { value: Environment; children: ReactNode }) {
  return <SettingsContext value={value}>{children}</SettingsContext>
}

export function useSettingsEnvironment(): Environment {
  const environment = useContext(SettingsContext)
  if (!environment) throw new Error('No SettingsProvider above')
  return environment
}

export function useSettings<Result>(select: (state: SettingsState) => Result): Result {
  return useStore(useSettingsEnvironment().store, select)
}

export function useChange(): (change: Partial<Settings>) => void {
  const { store } = useSettingsEnvironment()
  return (change) => void store.change(change)
}
