import { type ReactElement, type ReactNode, useCallback } from 'react'
import { FormattedMessage, IntlProvider, type PrimitiveType, useIntl } from 'react-intl'
import type { Language } from '#shared/domain/languages.ts'
import type { MessageId, Messages } from './catalogue.ts'

/** English dates with the day first and the month in letters: nobody can misread them. */
const LOCALES: Partial<Record<Language, string>> = { en: 'en-GB' }

export function TextProvider({
  language,
  messages,
  children,
}: {
  language: Language
  messages: Messages
  children: ReactNode
}) {
  return (
    <IntlProvider locale={LOCALES[language] ?? language} messages={messages} defaultLocale="en">
      {children}
    </IntlProvider>
  )
}

export type TextValues = Record<string, PrimitiveType>

export type Translate = (id: MessageId, values?: TextValues) => string

/** The sentence of that name in the reader's language, with its values filled in; a new function is a new language. */
export function useText(): Translate {
  const intl = useIntl()
  return useCallback((id, values) => intl.formatMessage({ id }, values), [intl])
}

/** The same as an element, whose values may be elements too. */
export function T({ id, values }: { id: MessageId; values?: Record<string, PrimitiveType | ReactElement> }) {
  const intl = useIntl()
  // Most have no values, and tables draw them by the hundred: three elements less for each.
  return values === undefined ? intl.formatMessage({ id }) : <FormattedMessage id={id} values={values} />
}
