import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { useStore } from 'zustand'
import type { RegistrationStore, RegistrationStoreState } from './store.ts'

const RegistrationContext = createContext<RegistrationStore | null>(null)

export function RegistrationProvider({ store, children }: { store: RegistrationStore; children: ReactNode }) {
  return <RegistrationContext value={store}>{children}</RegistrationContext>
}

export function useRegistrationStore(): RegistrationStore {
  const store = useContext(RegistrationContext)
  if (!store) throw new Error('No RegistrationProvider above')
  return store
}

export function useRegistration<Result>(select: (state: RegistrationStoreState) => Result): Result {
  return useStore(useRegistrationStore(), select)
}

/** The registration is read as long as the component that says so is on the page. */
export function useLook(store: RegistrationStore): void {
  useEffect(() => store.actions.look(), [store])
}
