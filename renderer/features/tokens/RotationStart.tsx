import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Generated } from '#shared/contract/tokens.ts'
import { lastFour } from '#shared/domain/token.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useTokensEnvironment } from './context.tsx'
import type { Replacing } from './store.ts'

/** The new token is there: from now on it and the one that it replaces are watched (T-16). */
export function RotationStart({ generated, rotation }: { generated: Generated; rotation: Replacing }) {
  const text = useText()
  const { connection, upkeep } = useTokensEnvironment()
  const [state, setState] = useState<'starting' | 'watched' | Problem>('starting')
  const { old, quietMs, finish } = rotation
  const { userId, token } = generated

  const start = useCallback(async () => {
    setState('starting')
    const of = { connectionId: connection.id, userId, token: old }
    const failure = await upkeep.actions.rotate(of, { replacementId: token.id, quietMs, finish })
    setState(failure ?? 'watched')
  }, [upkeep, connection.id, userId, old, token.id, quietMs, finish])

  // Once for this token: the dialog is one of its own for each.
  useEffect(() => void start(), [start])

  if (typeof state === 'object') {
    return (
      <ProblemNotice
        problem={state}
        testId="not-watched"
        actions={
          <Button variant="default" onClick={() => void start()} data-testid="watch-again">
            <T id="common.try-again" />
          </Button>
        }
      />
    )
  }
  return (
    <span role="status" data-testid="rotation-start">
      <StateMark tone={state === 'watched' ? 'good' : 'busy'}>
        {text(state === 'watched' ? 'rotation.watched' : 'rotation.starting', {
          ending: lastFour(old.maskedToken),
        })}
      </StateMark>
    </span>
  )
}
