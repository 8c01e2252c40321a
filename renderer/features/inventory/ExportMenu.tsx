import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { useText } from '../../i18n/text.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { saveText } from '../../ui/save-text.ts'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { Menu } from './FilterMenu.tsx'
import classes from './inventory.module.css'
import type { ExportFormat, ExportPart } from './store.ts'

const FORMATS: readonly ExportFormat[] = ['csv', 'json']
const MEDIA_TYPE = { csv: 'text/csv;charset=utf-8', json: 'application/json' } as const

/** What is shown, or what is selected, as a file (T-18): never a token's value. */
export function ExportMenu() {
  const text = useText()
  const actions = useInventoryActions()
  const { store } = useInventoryEnvironment()
  const { clock } = useTicker()
  const selected = useInventory((state) => state.selected.size)
  useInventory((state) => state.version)
  const { shown } = store.index
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function save(part: ExportPart, format: ExportFormat): Promise<void> {
    setBusy(true)
    setProblem(null)
    try {
      const count = part === 'shown' ? shown : selected
      const day = new Date(clock.now()).toISOString().slice(0, 10)
      const file = `tokens-${day}.${format}`
      saveText(file, await actions.exported(part, format), MEDIA_TYPE[format])
      notifications.show({
        closeButtonProps: { 'aria-label': text('common.close') },
        message: text('export.done', { count, file }),
      })
    } catch (error) {
      setProblem(problemOf(error))
    }
    setBusy(false)
  }

  const parts: readonly { part: ExportPart; count: number }[] = [
    ...(selected > 0 ? [{ part: 'selected' as const, count: selected }] : []),
    { part: 'shown', count: shown },
  ]
  return (
    <Menu label={text('export.menu')} testId="export">
      <div className={classes.export}>
        {parts.map(({ part, count }) => (
          <fieldset key={part} className={classes.exportPart}>
            <legend>{text(`export.${part}`, { count })}</legend>
            {FORMATS.map((format) => (
              <Button
                key={format}
                variant="default"
                disabled={busy || count === 0}
                onClick={() => void save(part, format)}
                data-testid={`export-${part}-${format}`}
              >
                {text(`export.${format}`)}
              </Button>
            ))}
          </fieldset>
        ))}
        <p className={classes.dimmed}>{text('export.hint')}</p>
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Menu>
  )
}
