import { Button, type ButtonProps } from '@mantine/core'
import type { ComponentPropsWithoutRef } from 'react'

interface Props
  extends Omit<ButtonProps, 'loading'>,
    Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> {
  /** what it was pressed for is going on; until that ends it does nothing */
  busy: boolean
  'data-testid'?: string
}

/**
 * A button that starts something and waits for its end. While it is busy it is not disabled, or the focus on it would be
 * lost and leave its dialog: it says that it can't be pressed, and guards itself, also against Enter in a field.
 */
export function BusyButton({ busy, disabled, onClick, 'aria-disabled': barred, ...props }: Props) {
  return (
    <Button
      {...props}
      aria-disabled={busy || barred || undefined}
      aria-busy={busy || undefined}
      loading={busy}
      renderRoot={(root) => <button {...root} disabled={disabled} />}
      disabled={disabled}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    />
  )
}
