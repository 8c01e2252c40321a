import { type ReactNode, useCallback } from 'react'
import { IntlProvider, type PrimitiveType, useIntl } from 'react-intl'
import type { Language } from '#shared/domain/languages.ts'
import type { MessageId, Messages } from './catalogue.ts'

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
    <IntlProvider locale={language} messages={messages} defaultLocale="en">
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

/** The same as an element. */
export function T({ id, values }: { id: MessageId; values?: TextValues }) {
  return <>{useText()(id, values)}</>
}
