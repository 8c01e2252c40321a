import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Dialog.module.css'
import { useFocusReturn } from './use-focus-return.ts'

interface Props {
  /** Stands in the list of view states; a dialog that is not listed there fails the tests. */
  name: string
  title: ReactNode
  closeLabel: string
  onClose: () => void
  /** false: neither Escape nor a click beside the dialog closes it, and it has no close button */
  dismissible?: boolean
  size?: number
  children: ReactNode
  /** The row of buttons at the end */
  footer?: ReactNode
}

/** A dialog that traps the focus and gives it back. Mount it to open it. */
export function Dialog({
  name,
  title,
  closeLabel,
  onClose,
  dismissible = true,
  size = 520,
  children,
  footer,
}: Props) {
  useFocusReturn()
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      data-dialog={name}
      // Ours: Mantine returns the focus only where the dialog stays mounted.
      returnFocus={false}
      closeOnEscape={dismissible}
      closeOnClickOutside={dismissible}
      withCloseButton={dismissible}
      closeButtonProps={{ 'aria-label': closeLabel }}
      // The header element would be a second banner landmark of the page.
      attributes={{ header: { role: 'none' } }}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.4 }}
      yOffset="6vh"
      classNames={{
        content: classes.content,
        header: classes.header,
        title: classes.title,
        body: classes.body,
      }}
    >
      <div className={classes.stack}>{children}</div>
      {footer !== undefined && <div className={classes.footer}>{footer}</div>}
    </Modal>
  )
}
