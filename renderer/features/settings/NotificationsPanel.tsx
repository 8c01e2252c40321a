import { Switch } from '@mantine/core'
import { useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import { useChange, useSettings } from './context.tsx'
import classes from './settings.module.css'

/** What the app says and does outside its window (H-04). In a browser there is no outside, and the panel says so. */
export function NotificationsPanel({
  isDesktop,
  canStartAtLogin,
}: {
  isDesktop: boolean
  canStartAtLogin: boolean
}) {
  const text = useText()
  const change = useChange()
  const settings = useSettings((state) => state.settings)
  const atLoginHint = canStartAtLogin ? 'notify.at-login-hint' : 'notify.at-login-unavailable'
  return (
    <Section title={text('settings.notifications')}>
      <div className={classes.fields}>
        {!isDesktop && <p className={classes.note}>{text('notify.desktop-only')}</p>}
        <Switch
          checked={settings?.notifications ?? true}
          disabled={!isDesktop}
          onChange={(event) => change({ notifications: event.currentTarget.checked })}
          label={text('notify.show')}
          description={text('notify.show-hint')}
          data-testid="notify-show"
        />
        <Switch
          checked={settings?.background === 'on'}
          disabled={!isDesktop}
          onChange={(event) => change({ background: event.currentTarget.checked ? 'on' : 'off' })}
          label={text('notify.background')}
          description={text('notify.background-hint')}
          data-testid="notify-background"
        />
        <Switch
          checked={settings?.startAtLogin ?? false}
          disabled={!isDesktop || !canStartAtLogin}
          onChange={(event) => change({ startAtLogin: event.currentTarget.checked })}
          label={text('notify.at-login')}
          description={text(atLoginHint)}
          data-testid="notify-at-login"
        />
      </div>
    </Section>
  )
}
