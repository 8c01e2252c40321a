import type { Notification, NotificationConstructorOptions } from 'electron'
import type { Notice, Notifier } from '../core/ports/notifier.ts'

type NotificationClass = (new (
  options: NotificationConstructorOptions,
) => Pick<Notification, 'show' | 'close' | 'once'>) & { isSupported(): boolean }

/** More than these open at once help nobody; the oldest goes. */
const MOST_OPEN = 20

/**
 * The system's notifications. A notice takes the place of an earlier one of its id, so that "down" does not stay beside
 * "works again"; a click on one opens the window.
 */
export function desktopNotifier(Notification: NotificationClass, onOpen: () => void): Notifier {
  // Held, because a notification that is collected never hears its click.
  const open = new Map<string, Pick<Notification, 'close'>>()
  return {
    show({ id, title, body, urgency }: Notice) {
      if (!Notification.isSupported()) return
      open.get(id)?.close()
      const notification = new Notification({
        title,
        body,
        urgency,
        timeoutType: urgency === 'critical' ? 'never' : 'default',
      })
      const gone = (): void => {
        if (open.get(id) === notification) open.delete(id)
      }
      notification.once('click', () => {
        gone()
        onOpen()
      })
      notification.once('close', gone)
      open.delete(id)
      open.set(id, notification)
      if (open.size > MOST_OPEN) {
        const [oldest = id] = open.keys()
        open.get(oldest)?.close()
        open.delete(oldest)
      }
      notification.show()
    },
  }
}
