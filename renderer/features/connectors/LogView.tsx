import { Button, Checkbox, SegmentedControl, Skeleton } from '@mantine/core'
import { Fragment, memo, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Connector, LogLine } from '#shared/contract/connectors.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age, utcText } from '../../i18n/time.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Icon } from '../../ui/icons.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './connectors.module.css'
import { useConnectors } from './context.tsx'
import { linesOfRun, matchingLines, pieces, RUN_CHOICES, type RunChoice } from './log-rows.ts'

/** Nearer to the end than this, and the newest line stays in sight. */
const AT_END_PX = 24

/** What the connector says: live, of this run or the one before, searched, wrapped, dated, copied without secrets. */
export function LogView({ connector, search }: { connector: Connector; search: string }) {
  const text = useText()
  const lines = useConnectors((state) => state.detail?.lines ?? null)
  const readAt = useConnectors((state) => state.detail?.logReadAt ?? null)
  const problem = useConnectors((state) => state.detail?.logProblem ?? null)
  const [run, setRun] = useState<RunChoice>('all')
  const [wraps, setWraps] = useState(true)
  const [dates, setDates] = useState(false)
  const ofRun = useMemo(() => linesOfRun(lines ?? [], run), [lines, run])
  const shown = useMemo(() => matchingLines(ofRun, search), [ofRun, search])

  return (
    <Section
      title={text('log.title')}
      count={
        lines === null
          ? undefined
          : shown.length === lines.length
            ? text('log.count', { count: lines.length })
            : text('common.count-of', { shown: shown.length, all: lines.length })
      }
      aside={
        <span className={classes.readAge}>
          {readAt !== null && (
            <span>
              <T id="common.read" values={{ age: <Age at={readAt} /> }} />
            </span>
          )}
        </span>
      }
    >
      <div className={classes.logTools}>
        <SegmentedControl
          size="xs"
          data={RUN_CHOICES.map((value) => ({ value, label: text(`log.run.${value}`) }))}
          value={run}
          onChange={(value) => setRun(value as RunChoice)}
          aria-label={text('log.run')}
        />
        <Checkbox
          size="xs"
          label={text('log.wrap')}
          checked={wraps}
          onChange={(event) => setWraps(event.currentTarget.checked)}
        />
        <Checkbox
          size="xs"
          label={text('log.dates')}
          checked={dates}
          onChange={(event) => setDates(event.currentTarget.checked)}
          data-testid="log-dates"
        />
        <CopyLines lines={shown} dates={dates} />
      </div>
      {problem !== null && (
        <div className={classes.notices}>
          <ProblemNotice problem={problem} tone="warning" testId="log-failed" />
        </div>
      )}
      {lines === null ? (
        <Skeleton height={160} radius="xs" aria-busy="true" />
      ) : shown.length === 0 ? (
        <p className={classes.dimmed} data-testid="no-lines">
          {text(emptyText(lines, ofRun, connector))}
        </p>
      ) : (
        <Lines
          lines={shown}
          search={search}
          wraps={wraps}
          dates={dates}
          label={text('log.of', { name: connector.name })}
        />
      )}
    </Section>
  )
}

function emptyText(lines: readonly LogLine[], ofRun: readonly LogLine[], connector: Connector) {
  if (lines.length === 0) return connector.reported === null ? 'log.empty-never' : 'log.empty'
  return ofRun.length === 0 ? 'log.empty-run' : 'log.no-match'
}

/** A box that scrolls; the newest line stays in sight until somebody scrolls up. */
function Lines({
  lines,
  search,
  wraps,
  dates,
  label,
}: {
  lines: readonly LogLine[]
  search: string
  wraps: boolean
  dates: boolean
  label: string
}) {
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these moves the end
  useLayoutEffect(() => {
    const { current } = box
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight
  }, [lines, wraps, dates])
  return (
    <div
      ref={box}
      className={classes.log}
      data-wraps={wraps}
      data-testid="log"
      role="log"
      aria-live="off"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX
      }}
    >
      {lines.map((line, index) => (
        <Line
          key={line.id}
          line={line}
          search={search}
          dates={dates}
          startsRun={index > 0 && line.run !== lines[index - 1]?.run && line.run !== null}
        />
      ))}
    </div>
  )
}

const Line = memo(function Line({
  line,
  search,
  dates,
  startsRun,
}: {
  line: LogLine
  search: string
  dates: boolean
  startsRun: boolean
}) {
  return (
    <>
      {startsRun && (
        <div className={classes.logMark}>
          <T id="log.new-run" values={{ at: utcText(line.run ?? line.at) }} />
        </div>
      )}
      {line.gap && (
        <div className={classes.logMark}>
          <T id="log.gap" />
        </div>
      )}
      <div className={classes.logLine} data-composer={line.text.includes('[composer]') || undefined}>
        {dates && <span className={classes.logTime}>{dateText(line)} </span>}
        {pieces(line.text, search).map((piece, index) =>
          index % 2 === 1 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity
            <mark key={index}>{piece}</mark>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity
            <Fragment key={index}>{piece}</Fragment>
          ),
        )}
      </div>
    </>
  )
})

/** UTC to the second; `~` where it is only known when the console saw the line. */
function dateText({ at, dated }: LogLine): string {
  return `${dated ? ' ' : '~'}${utcText(at).replace(' UTC', 'Z').replace(' ', 'T')}`
}

/** What is shown, which the core has freed of secrets. */
function CopyLines({ lines, dates }: { lines: readonly LogLine[]; dates: boolean }) {
  const text = useText()
  const [copied, setCopied] = useState<readonly LogLine[] | null>(null)
  async function copy(): Promise<void> {
    const words = lines.map((line) => (dates ? `${dateText(line)} ${line.text}` : line.text)).join('\n')
    setCopied((await copyText(words)) ? lines : null)
  }
  const isCopied = copied !== null && copied === lines
  return (
    <Button
      variant="default"
      size="compact-sm"
      disabled={lines.length === 0}
      leftSection={<Icon name={isCopied ? 'check' : 'copy'} />}
      onClick={() => void copy()}
      title={text('log.copy-hint')}
      data-testid="copy-log"
    >
      <T id={isCopied ? 'common.copied' : 'log.copy'} />
    </Button>
  )
}
