import { type ReactNode, useId } from 'react'
import classes from './Section.module.css'

/** A titled part of a page. */
export function Section({
  title,
  count,
  aside,
  children,
}: {
  title: ReactNode
  /** beside the title, dimmed */
  count?: ReactNode
  /** buttons at the end of the title's line */
  aside?: ReactNode
  children: ReactNode
}) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        {count !== undefined && <span className={classes.count}>{count}</span>}
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </div>
      {children}
    </section>
  )
}
