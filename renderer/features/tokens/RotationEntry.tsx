import { Button } from '@mantine/core'
import type { Rotation } from '#shared/contract/upkeep.ts'
import { lastFour } from '#shared/domain/token.ts'
import { silentAt } from '#shared/domain/upkeep.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age, RelativeTime } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { useTokensActions, useTokensEnvironment } from './context.tsx'
import { Dismiss, Entry, type EntryPlace } from './PlanEntry.tsx'

const TONES: Readonly<Record<Rotation['phase'], Tone>> = {
  watching: 'busy',
  ready: 'warning',
  done: 'good',
  stopped: 'neutral',
  failed: 'danger',
}

/** A token that is being replaced: what its two tokens are seen to do, and what can be done (T-16). */
export function RotationEntry({
  rotation,
  skewMs,
  mayChange,
  ...place
}: { rotation: Rotation } & EntryPlace) {
  const text = useText()
  const actions = useTokensActions()
  const { upkeep } = useTokensEnvironment()
  const { id, replacement, phase } = rotation
  const isOpen = phase === 'watching' || phase === 'ready'
  return (
    <Entry
      of={rotation}
      {...place}
      testId="planned-rotation"
      state={
        <StateMark tone={TONES[phase]}>
          {text(`rotation.${phase}`, { ending: lastFour(replacement.maskedToken) })}
        </StateMark>
      }
      details={
        isOpen ? (
          <Evidence rotation={rotation} skewMs={skewMs} />
        ) : (
          rotation.problem && text(`problem.${rotation.problem.code}.what`)
        )
      }
      actions={
        mayChange && isOpen ? (
          <>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => void upkeep.actions.act('checkRotation', id)}
              data-testid="check-rotation"
            >
              <T id="rotation.look" />
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => void upkeep.actions.act('stopRotation', id)}
              data-testid="stop-rotation"
            >
              <T id="rotation.stop" />
            </Button>
            <Button
              variant={phase === 'ready' ? 'filled' : 'default'}
              color={phase === 'ready' ? 'red' : undefined}
              size="compact-sm"
              onClick={() => actions.open({ name: 'finish-rotation', rotation })}
              data-testid="finish-rotation"
            >
              <T id="rotation.finish" />
            </Button>
          </>
        ) : (
          phase === 'failed' && <Dismiss of={rotation} />
        )
      }
    />
  )
}

/** What both tokens are seen to do, and when the old one will have been silent for long enough. */
export function Evidence({ rotation, skewMs }: { rotation: Rotation; skewMs: number }) {
  const text = useText()
  const { newUsedAt, oldUsedAt, quietMs, phase, checkedAt, problem } = rotation
  const silent = silentAt(rotation, quietMs)
  const isAhead = useNow((now) => silent !== null && silent > now + skewMs)
  const sentences = [
    newUsedAt === null ? (
      text('rotation.new-unused')
    ) : (
      <T
        key="new"
        id="rotation.new-used"
        values={{ when: <RelativeTime at={newUsedAt} skewMs={skewMs} /> }}
      />
    ),
    oldUsedAt === null ? (
      text('rotation.old-unused')
    ) : (
      <T
        key="old"
        id="rotation.old-used"
        values={{ when: <RelativeTime at={oldUsedAt} skewMs={skewMs} /> }}
      />
    ),
    silent !== null && isAhead && phase === 'watching' && (
      <T
        key="silent"
        id={rotation.finish === 'revoke' ? 'rotation.revokes' : 'rotation.asks'}
        values={{ when: <RelativeTime at={silent} skewMs={skewMs} /> }}
      />
    ),
    problem && text('rotation.not-seen', { why: text(`problem.${problem.code}.what`) }),
    checkedAt !== null && <T key="checked" id="rotation.checked" values={{ age: <Age at={checkedAt} /> }} />,
  ].filter((sentence) => sentence)
  return sentences.flatMap((sentence, index) => (index === 0 ? [sentence] : [' · ', sentence]))
}
