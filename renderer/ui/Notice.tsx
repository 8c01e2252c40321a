import type { ReactNode } from 'react'
import classes from './Notice.module.css'
import { StateMark, type Tone } from './StateMark.tsx'

interface Props {
  tone: Tone
  title: ReactNode
  /** what to do about it */
  children?: ReactNode
  actions?: ReactNode
  /** `alert` is read out at once, `status` when the reader pauses; neither for what was there from the start */
  role?: 'alert' | 'status'
  testId?: string
}

/** A sentence that stands where it matters: what, what to do, and the way to do it. */
export function Notice({ tone, title, children, actions, role, testId }: Props) {
  return (
    <div className={classes.notice} data-tone={tone} role={role} data-testid={testId}>
      <div className={classes.words}>
        <div className={classes.mark}>
          <StateMark tone={tone} />
        </div>
        <div className={classes.text}>
          <div className={classes.title}>{title}</div>
          {children !== undefined && <div className={classes.body}>{children}</div>}
        </div>
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  )
}
