import { T, useText } from '../../i18n/text.tsx'
import { secondsUntil, useNow } from '../../ui/clock.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useTokensEnvironment } from './context.tsx'
import classes from './tokens.module.css'
import type { Copy } from './use-copy.ts'

/** "Copied, clears in 30 s" and what became of it. "Copied" is spoken once, the seconds are not. */
export function CopyState({ copy }: { copy: Copy }) {
  const text = useText()
  const { clipboardStatus } = useTokensEnvironment()
  const { state, clearsAt } = copy
  const seconds = useNow((now) => (clearsAt === null ? null : secondsUntil(clearsAt, now)))
  const isCopied = state === 'copied'
  return (
    <>
      <span role="status" className={classes.spoken}>
        {isCopied && <T id="common.copied" />}
      </span>
      {isCopied && (
        <span className={classes.copied} data-testid="copied">
          {seconds === null ? (
            <StateMark tone="good">{text('reveal.copied-stays')}</StateMark>
          ) : seconds > 0 ? (
            <StateMark tone="good">{text('reveal.copied', { seconds })}</StateMark>
          ) : clipboardStatus.state === 'cleared' || clipboardStatus.state === 'replaced' ? (
            <StateMark tone="neutral">{text(`clipboard.${clipboardStatus.state}`)}</StateMark>
          ) : clipboardStatus.state === 'unconfirmed' ? (
            <StateMark tone="warning">{text('clipboard.unconfirmed')}</StateMark>
          ) : (
            <StateMark tone="busy">{text('clipboard.clearing')}</StateMark>
          )}
        </span>
      )}
    </>
  )
}
