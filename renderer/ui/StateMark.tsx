import type { ReactNode } from 'react'
import classes from './StateMark.module.css'

/** How good a state is. Each has a shape of its own besides its colour, and a word always stands beside it. */
export type Tone = 'good' | 'warning' | 'danger' | 'busy' | 'neutral'

/** A filled circle, a triangle, a square, a half circle, an empty circle. */
const SHAPES: Record<Tone, ReactNode> = {
  good: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  warning: <path d="M5 0.8 9.6 9H0.4z" fill="currentColor" />,
  danger: <rect x="1.2" y="1.2" width="7.6" height="7.6" fill="currentColor" />,
  busy: (
    <>
      <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <path d="M5 1.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor" />
    </>
  ),
  neutral: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />,
}

export function StateMark({ tone, children }: { tone: Tone; children?: ReactNode }) {
  return (
    <span className={classes.mark} data-tone={tone}>
      <svg width="8" height="8" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        {SHAPES[tone]}
      </svg>
      {children !== undefined && <span className={classes.word}>{children}</span>}
    </span>
  )
}
