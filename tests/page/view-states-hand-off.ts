import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { NOW } from './world.ts'

/** A recipient's public key of age's documentation. */
export const RECIPIENT = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'

const REVEAL = ['dialog:reveal']

/** Makes a token and waits until its value is shown. */
export async function makeToken(stage: Stage): Promise<void> {
  await stage.press('[data-testid=generate]')
  await stage.see('[data-testid=token-name]')
  await stage.press('[data-testid=duration] input[value=DAYS_90]')
  await stage.press('[data-testid=submit-generate]')
  await stage.see('[data-testid=token-value]:not([aria-busy=true])')
  await stage.advance(1_000)
}

/** Makes a token and chooses how to hand it over. */
export async function handOver(stage: Stage, choice: string): Promise<void> {
  await makeToken(stage)
  await stage.choose('[data-testid=hand-off]', choice)
}

/** The platform saw the token used that was made last. */
export function tokenIsUsed(stage: Stage): void {
  stage.world.firstUses.set((all) => all.map((one) => ({ ...one, checkedAt: NOW, usedAt: NOW })))
}

/** T-08 */
export const HAND_OFF_STATES: readonly ViewState[] = [
  ...(['curl', 'pycti', 'dotenv', 'compose', 'kubernetes'] as const).map((format) => ({
    id: `hand-off-${format}`,
    views: REVEAL,
    async reach(stage: Stage) {
      await handOver(stage, format)
      await stage.see('[data-testid=snippet]')
    },
  })),
  {
    id: 'hand-off-copied',
    views: REVEAL,
    async reach(stage) {
      await handOver(stage, 'dotenv')
      await stage.press('[data-testid=copy-snippet]')
    },
  },
  {
    id: 'hand-off-seal',
    views: REVEAL,
    async reach(stage) {
      await handOver(stage, 'sealed')
      await stage.see('[data-testid=recipient]')
    },
  },
  {
    id: 'hand-off-sealed',
    views: REVEAL,
    async reach(stage) {
      await handOver(stage, 'sealed')
      await stage.fill('[data-testid=recipient]', RECIPIENT)
      await stage.press('[data-testid=save-sealed]')
      await stage.see('[data-testid=sealed] code')
    },
  },
  {
    id: 'hand-off-bad-recipient',
    views: REVEAL,
    async reach(stage) {
      await handOver(stage, 'sealed')
      await stage.fill('[data-testid=recipient]', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5')
      await stage.press('[data-testid=save-sealed]')
      await stage.see('[data-dialog=reveal] [data-testid=problem]')
    },
  },
  {
    id: 'hand-off-used',
    views: REVEAL,
    async reach(stage) {
      await makeToken(stage)
      tokenIsUsed(stage)
      await stage.see('[data-testid=receipt] [data-tone=good]')
    },
  },
  {
    id: 'not-used-yet',
    views: ['route:tokens/mine'],
    async reach(stage) {
      await makeToken(stage)
      await stage.press('[data-testid=stored]')
      await stage.press('[data-testid=close-reveal]')
      await stage.see('[data-testid=not-used-yet]')
    },
  },
  {
    id: 'first-used',
    views: ['notification'],
    async reach(stage) {
      await makeToken(stage)
      await stage.press('[data-testid=stored]')
      await stage.press('[data-testid=close-reveal]')
      await stage.see('[data-testid=not-used-yet]')
      tokenIsUsed(stage)
      await stage.see('[role=alert]')
    },
  },
]
