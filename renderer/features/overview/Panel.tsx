import { type ReactNode, useId } from 'react'
import classes from './overview.module.css'

/** The four of them side by side, or one below the other. */
export function Panels({ children }: { children: ReactNode }) {
  return <div className={classes.panels}>{children}</div>
}

/** One part of the console in a few facts; the last line says how old they are and leads to the whole. */
export function Panel({
  title,
  testId,
  children,
  foot,
}: {
  title: ReactNode
  testId: string
  children: ReactNode
  foot: ReactNode
}) {
  const id = useId()
  return (
    <section className={classes.panel} aria-labelledby={id} data-testid={testId}>
      <h2 id={id} className={classes.panelTitle}>
        {title}
      </h2>
      <div className={classes.panelBody}>{children}</div>
      <div className={classes.foot}>{foot}</div>
    </section>
  )
}
