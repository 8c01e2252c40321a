/** One message of the system's notification centre, in the reader's language. */
export interface Notice {
  /** a later notice of the same id takes the place of an earlier one */
  readonly id: string
  readonly title: string
  readonly body: string
  /** `critical` stays until somebody has seen it, where the system can do that */
  readonly urgency: 'normal' | 'critical'
}

/** The system's notifications. Null in a host that has no desktop. */
export interface Notifier {
  show(notice: Notice): void
}
