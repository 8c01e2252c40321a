/**
 * The name of one of several buttons that do the same to different things, for readers that list them. It begins with
 * the words that can be seen, so that it can be said to a machine (WCAG 2.2, 2.5.3).
 * @param deed the button's words
 * @param object what it does it to
 */
export const spokenName = (deed: string, object: string): string => `${deed}: ${object}`
