import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useTokens, useTokensActions, useTokensEnvironment } from './context.tsx'
import { Evidence } from './RotationEntry.tsx'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'

/** The end of a rotation by hand (T-16), with what speaks for it or against it. */
export function FinishRotationDialog({
  dialog: { rotation },
}: {
  dialog: Extract<TokenDialog, { name: 'finish-rotation' }>
}) {
  const text = useText()
  const actions = useTokensActions()
  const { upkeep } = useTokensEnvironment()
  const skewMs = useTokens((state) => state.access[rotation.owner.id]?.data?.clockSkewMs ?? 0)

  return (
    <DangerDialog
      name="finish-rotation"
      title={text('rotation.finish-title')}
      confirm={<T id="rotation.finish" />}
      confirmTestId="confirm-finish"
      onClose={actions.close}
      onConfirm={async () => {
        const failure = await upkeep.actions.act('finishRotation', rotation.id)
        if (failure === null) actions.close()
        return failure
      }}
    >
      <p className={classes.about}>
        <TokenName name={rotation.token.name} /> <TokenEnding maskedToken={rotation.token.maskedToken} />
      </p>
      {rotation.phase !== 'ready' && (
        <Notice tone="warning" title={text('rotation.too-early')} testId="too-early">
          {text('revoke.warning')}
        </Notice>
      )}
      <p className={classes.paragraph}>
        <Evidence rotation={rotation} skewMs={skewMs} />
      </p>
    </DangerDialog>
  )
}
