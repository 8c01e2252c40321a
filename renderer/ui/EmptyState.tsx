import type { ReactNode } from 'react'
import classes from './EmptyState.module.css'

/** Nothing to show yet: says why and what would put something here. */
export function EmptyState({
  title,
  children,
  action,
  testId,
}: {
  title: ReactNode
  children: ReactNode
  action?: ReactNode
  testId?: string
}) {
  return (
    <div className={classes.empty} data-testid={testId}>
      <div className={classes.title}>{title}</div>
      <div className={classes.body}>{children}</div>
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </div>
  )
}
