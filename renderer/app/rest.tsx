import './component-styles.ts'
import { Notifications } from '@mantine/notifications'
import { useStore } from 'zustand'
import { ConnectionDialogs } from '../features/connections/ConnectionDialogs.tsx'
import { ConnectionMark } from '../features/connections/ConnectionMark.tsx'
import { ConnectionSwitcher } from '../features/connections/ConnectionSwitcher.tsx'
import { ReadingMark } from '../features/overview/ReadingMark.tsx'
import { SystemProvider } from '../features/system/context.tsx'
import { StatusBar } from '../features/system/StatusBar.tsx'
import { FirstUseNotices } from '../features/tokens/FirstUse.tsx'
import { T, useText } from '../i18n/text.tsx'
import { ConnectionsSurroundings } from './ConnectionsSurroundings.tsx'
import { HelpDialog } from './HelpDialog.tsx'
import { IncidentsAtWork } from './IncidentsAtWork.tsx'
import classes from './Overlays.module.css'
import { Palette } from './Palette.tsx'
import { useActiveConnection, useClipboardStatus, useLooks, usePage } from './page-context.tsx'

export { openPalette } from './Palette.tsx'
export { Views } from './Views.tsx'

export function Switcher() {
  const { router } = usePage()
  return (
    <ConnectionsSurroundings>
      <ConnectionSwitcher onManage={() => router.go({ view: 'settings', section: 'connections' })} />
    </ConnectionsSurroundings>
  )
}

export function Status() {
  const { system, tokens, overview } = usePage()
  const inventory = useStore(overview, (state) => state.inventory)
  const active = useActiveConnection()
  const silent = useStore(system, (state) => state.silent)
  const clipboard = useClipboardStatus()
  const readAt = useStore(tokens, (state) => state.lastReadAt)
  const checkedAt = active?.state.phase === 'ready' ? active.state.checkedAt : null
  const contactAt =
    readAt === null || checkedAt === null ? (readAt ?? checkedAt) : Math.max(readAt, checkedAt)
  return (
    <SystemProvider store={system}>
      <StatusBar
        connection={
          active ? <ConnectionMark state={active.state} lost={silent} /> : <T id="status.waiting" />
        }
        contactAt={contactAt}
        clipboard={clipboard}
        work={
          <>
            <ReadingMark inventory={inventory} />
            <IncidentsAtWork />
          </>
        }
      />
    </SystemProvider>
  )
}

/** What lies above the views: dialogs, palette, help, notifications. */
export function Overlays() {
  const text = useText()
  const { tokens } = usePage()
  const help = useLooks((looks) => looks.help)
  return (
    <>
      <FirstUseNotices store={tokens} />
      <ConnectionsSurroundings>
        <ConnectionDialogs />
      </ConnectionsSurroundings>
      <Palette />
      {help && <HelpDialog />}
      <section aria-label={text('notifications')}>
        <Notifications
          position="bottom-right"
          className={classes.notifications}
          autoClose={8_000}
          limit={3}
        />
      </section>
    </>
  )
}
