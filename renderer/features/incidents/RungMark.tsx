import type { ReactNode } from 'react'
import type { RungState } from '#shared/domain/incident.ts'
import classes from './incidents.module.css'

/** A tick, a cross, an empty circle, a dash: told apart without their colour. */
const SHAPES: Record<RungState, ReactNode> = {
  passed: <path d="M2 6.4 4.8 9.2 10 3.2" />,
  failed: <path d="M2.8 2.8 9.2 9.2M9.2 2.8 2.8 9.2" />,
  open: <circle cx="6" cy="6" r="3.2" />,
  void: <path d="M3.4 6h5.2" />,
}

/** One rung of the ladder as a sign; its words stand beside it or around it. */
export function RungMark({ state }: { state: RungState }) {
  return (
    <svg
      className={classes.rung}
      data-state={state}
      width="12"
      height="12"
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[state]}
    </svg>
  )
}
