import { Component, lazy, type ReactNode, Suspense } from 'react'
import { T } from '../i18n/text.tsx'
import { fetched, PartLostError } from '../ui/fetched.ts'
import classes from './Part.module.css'

/** As React's `lazy`, for what stands inside a `Part`: a lost request is made again. */
export const lazyPart: typeof lazy = (load) => lazy(() => fetched(load))

/**
 * A place for parts whose files are fetched when somebody needs them: `waiting` until they are there, and a way on where they
 * cannot be had. `quiet` shows nothing then, where another place says it already.
 */
export function Part({
  waiting = null,
  quiet = false,
  children,
}: {
  waiting?: ReactNode
  quiet?: boolean
  children: ReactNode
}) {
  return (
    <LostParts instead={quiet ? null : <LostPart />}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </LostParts>
  )
}

/** React has error boundaries as classes only. Errors of any other kind are not its business. */
class LostParts extends Component<{ instead: ReactNode; children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    if (error instanceof PartLostError) return this.props.instead
    throw error
  }
}

/** Drawn with nothing that comes in a file of its own. */
function LostPart() {
  return (
    <div role="alert" className={classes.lost} data-testid="part-lost">
      <strong>
        <T id="part.lost" />
      </strong>
      <p>
        <T id="part.lost-hint" />
      </p>
      <button type="button" className={classes.reload} onClick={() => location.reload()}>
        <T id="part.reload" />
      </button>
    </div>
  )
}
