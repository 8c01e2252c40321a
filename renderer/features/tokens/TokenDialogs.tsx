import { useTokens } from './context.tsx'
import { FinishRotationDialog } from './FinishRotationDialog.tsx'
import { GenerateDialog } from './GenerateDialog.tsx'
import { KillDialog } from './KillDialog.tsx'
import { PlanDialog } from './PlanDialog.tsx'
import { RevealDialog } from './RevealDialog.tsx'
import { RevokeDialog } from './RevokeDialog.tsx'

/** The dialog about a token or a session that is open, over whichever list it was opened from. */
export function TokenDialogs() {
  const dialog = useTokens((state) => state.dialog)
  switch (dialog?.name) {
    case 'generate':
      return <GenerateDialog dialog={dialog} />
    case 'reveal':
      return <RevealDialog key={dialog.generated.revealId} dialog={dialog} />
    case 'plan':
      return <PlanDialog dialog={dialog} />
    case 'finish-rotation':
      return <FinishRotationDialog dialog={dialog} />
    case 'revoke':
      return <RevokeDialog dialog={dialog} />
    case 'kill-session':
    case 'kill-sessions':
      return <KillDialog dialog={dialog} />
    default:
      return null
  }
}
