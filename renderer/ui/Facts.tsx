import type { ReactNode } from 'react'
import classes from './Facts.module.css'

/** Names and values in two columns. */
export function Facts({ facts }: { facts: readonly { name: ReactNode; value: ReactNode; key: string }[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(({ key, name, value }) => (
        <div key={key} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
