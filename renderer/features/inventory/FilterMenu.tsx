import { Button, Checkbox, Popover } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '../../ui/icons.tsx'
import classes from './inventory.module.css'

/** A button that opens a short list of boxes to tick. */
export function TickMenu<Choice extends string>({
  label,
  choices,
  chosen,
  labelOf,
  onChange,
  testId,
  isActive = chosen.length > 0,
  footer,
}: {
  label: string
  choices: readonly Choice[]
  chosen: readonly Choice[]
  labelOf: (choice: Choice) => ReactNode
  onChange: (chosen: Choice[]) => void
  testId: string
  /** drawn as one that changes what is shown */
  isActive?: boolean
  footer?: ReactNode
}) {
  return (
    <Menu label={label} testId={testId} badge={isActive ? chosen.length : null}>
      <div className={classes.ticks}>
        {choices.map((choice) => (
          <Checkbox
            key={choice}
            label={labelOf(choice)}
            checked={chosen.includes(choice)}
            data-testid={`${testId}-${choice}`}
            onChange={({ currentTarget: { checked } }) =>
              onChange(choices.filter((one) => (one === choice ? checked : chosen.includes(one))))
            }
          />
        ))}
      </div>
      {footer}
    </Menu>
  )
}

/** A small dialog under the button that opened it; Escape and a click elsewhere close it. */
export function Menu({
  label,
  testId,
  badge,
  children,
}: {
  label: string
  testId: string
  /** how many choices are made */
  badge?: number | null
  children: ReactNode
}) {
  return (
    <Popover
      position="bottom-start"
      offset={2}
      trapFocus
      returnFocus
      withinPortal={false}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button
          variant="default"
          size="compact-sm"
          className={classes.menu}
          rightSection={<Icon name="down" />}
          data-active={badge ? true : undefined}
          data-testid={testId}
        >
          {label}
          {badge ? <span className={classes.badge}>{badge}</span> : null}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={label}>
        {children}
      </Popover.Dropdown>
    </Popover>
  )
}
