import classes from './ForeignText.module.css'

/** Characters that steer the direction of text, and control characters: nothing a name needs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/**
 * SECURITY: text of the other side as it may be shown: what could turn the words around it, or pass one name for
 * another, becomes a visible replacement character.
 */
export function visibleText(text: string): string {
  return text.replace(STEERING, '\uFFFD')
}

/** A name as the platform gives it, isolated from the words around it, cut off where there is no room. */
export function ForeignText({ children, dimmed }: { children: string; dimmed?: boolean }) {
  const shown = visibleText(children)
  return (
    <bdi className={classes.foreign} data-dimmed={dimmed} title={shown}>
      {shown}
    </bdi>
  )
}

/** The same inside of a sentence: it wraps with the sentence instead of being cut off. */
export function ForeignWords({ children }: { children: string }) {
  return <bdi className={classes.words}>{visibleText(children)}</bdi>
}
