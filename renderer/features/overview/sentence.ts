import type { MessageId } from '../../i18n/catalogue.ts'
import { failureText } from '../../i18n/failure.ts'
import type { Translate } from '../../i18n/text.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'

/** Texts of the other side, numbers, or further sentences. */
export type SentenceValues = Readonly<Record<string, string | number | { readonly id: MessageId }>>

/** What will be said, before it is said in a language: a rule makes it, the page speaks it. */
export type Sentence =
  | { readonly id: MessageId; readonly values?: SentenceValues }
  | { readonly failure: string }
  /** the other side's own */
  | { readonly words: string }

export function spoken(text: Translate, sentence: Sentence): string {
  if ('words' in sentence) return visibleText(sentence.words)
  if ('failure' in sentence) return failureText(text, sentence.failure)
  const values = Object.entries(sentence.values ?? {}).map(([name, value]) => [
    name,
    // SECURITY: names are the other side's text; what would turn the sentence around or hide in it is made visible.
    typeof value === 'string' ? visibleText(value) : typeof value === 'object' ? text(value.id) : value,
  ])
  return text(sentence.id, Object.fromEntries(values))
}
