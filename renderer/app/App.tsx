import { type MantineColorSchemeManager, MantineProvider, useMantineColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { TextProvider } from '../i18n/text.tsx'
import { TickerProvider } from '../ui/clock.tsx'
import { Frame } from './Frame.tsx'
import { styleNonce } from './nonce.ts'
import type { Page } from './page.ts'
import { PageProvider } from './page-context.tsx'
import { cssVariables, theme } from './theme.ts'

/** The whole page. */
export function App({ page }: { page: Page }) {
  const language = useStore(page.looks, (looks) => looks.language)
  const messages = useStore(page.looks, (looks) => looks.messages)
  const [manager] = useState(() => schemeManager(page))

  useEffect(() => {
    document.documentElement.lang = language
  }, [language])

  return (
    <PageProvider page={page}>
      <TickerProvider ticker={page.ticker}>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={cssVariables}
          getStyleNonce={styleNonce}
          colorSchemeManager={manager}
          defaultColorScheme="auto"
        >
          <TextProvider language={language} messages={messages}>
            <SchemeFollower page={page}>
              <Frame />
            </SchemeFollower>
          </TextProvider>
        </MantineProvider>
      </TickerProvider>
    </PageProvider>
  )
}

function SchemeFollower({ page, children }: { page: Page; children: ReactNode }) {
  const scheme = useStore(page.looks, (looks) => looks.remembered.scheme)
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => setColorScheme(scheme), [scheme, setColorScheme])
  return children
}

/** The scheme is a setting; Mantine asks for it and keeps nothing itself. */
function schemeManager(page: Page): MantineColorSchemeManager {
  return {
    get: () => page.looks.getState().remembered.scheme,
    set: () => {},
    subscribe: () => {},
    unsubscribe: () => {},
    clear: () => {},
  }
}
