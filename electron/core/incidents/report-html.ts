import { type Seal, STYLE, text, utc } from '#base/record-page.ts'
import { RUNGS, type Rung, type RungState } from '#shared/domain/incident.ts'
import type { Report, ReportedStep } from './report.ts'

/**
 * The report as one page to read and to print: no script, nothing loaded, in English as a document for the record. The signed
 * file is the JSON; this says which one it renders.
 */
export function reportHtml(report: Report, seal: Seal): string {
  const { incident, platform, summary, rehearsal } = report
  const title = incident.kind === 'lost-device' ? 'Lost device' : 'Bulk revocation'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${text(`${title} · ${platform.name} · ${incident.startedAt.slice(0, 10)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
${rehearsal ? '<p class="rehearsal">Rehearsal on the local platform: nothing real was at stake.</p>\n' : ''}<h1>${text(title)}${incident.subject ? `: ${text(incident.subject.name)}` : ''}</h1>
<p class="lead">${text(sentence(report))}</p>
</header>
${facts([
  ['Platform', `${platform.name}, ${platform.url}`],
  ['Done by', incident.actor],
  ...(incident.subject ? [['Person', `${incident.subject.name}, ${incident.subject.email}`] as const] : []),
  ['Reason', incident.reason || 'none given'],
  ['Begun', utc(incident.startedAt)],
  [
    'Over',
    incident.endedAt ? `${utc(incident.endedAt)}, after ${summary.seconds} s` : `not yet (${incident.phase})`,
  ],
  ['Last looked at', utc(report.asOf)],
  ['Platform’s audit', AUDIT[report.audit]],
])}
${warnings(report)}<h2>Steps</h2>
<table>
<thead><tr><th>#</th><th>What</th><th>Owner</th><th>Result</th>${RUNGS.map((rung) => `<th>${RUNG_NAMES[rung]}</th>`).join('')}</tr></thead>
<tbody>
${report.steps.map(row).join('\n')}
</tbody>
</table>
<h2>How to read the proof</h2>
<ol>
${RUNGS.map((rung) => `<li><strong>${RUNG_NAMES[rung]}</strong> ${RUNG_MEANINGS[rung]}</li>`).join('\n')}
</ol>
<footer>
<p>This page renders the signed file <code>${text(seal.file)}</code>, SHA-256 <code>${text(seal.digest)}</code>, signed with the Ed25519 key <code>${text(seal.fingerprint)}</code>.</p>
<p>The page itself carries no signature. To verify the file with a public key that you got by another way: <code>npm run verify-report -- ${text(seal.file)} --key PUBLICKEYFILE</code></p>
<p>Incident <code>${text(incident.id)}</code>. Times are UTC by the console’s clock; those of the audit are the platform’s.</p>
</footer>
</body>
</html>
`
}

const RUNG_NAMES: Readonly<Record<Rung, string>> = {
  acknowledged: 'Acknowledged',
  gone: 'Gone',
  'gone-again': 'Still gone',
  audit: 'In the audit',
  probe: 'Refused',
  rescan: 'Re-scan',
}

const RUNG_MEANINGS: Readonly<Record<Rung, string>> = {
  acknowledged: 'The platform answered that it did it. A dash: the answer was lost, and the list told.',
  gone: 'The list was read afterwards and does not hold it any more.',
  'gone-again': 'The same, read a second time seconds later.',
  audit: 'The platform’s own audit has a record of it. A dash: there is no audit to ask.',
  probe: 'The token itself was presented and refused. A dash: it was not in hand.',
  rescan: 'The same list, read once more about five minutes after the last step.',
}

const AUDIT: Readonly<Record<Report['audit'], string>> = {
  'not-asked': 'not asked yet',
  kept: 'kept, asked',
  'not-kept': 'not kept: it needs the Enterprise Edition',
  'not-allowed': 'this account may not read it',
  failed: 'could not be read',
}

const MARKS: Readonly<Record<RungState, readonly [mark: string, word: string]>> = {
  passed: ['✓', 'yes'],
  failed: ['✗', 'no'],
  open: ['…', 'not looked yet'],
  void: ['–', 'not available'],
}

function sentence({ summary, incident }: Report): string {
  const { total, done, failed } = summary.steps
  const rest = total - done - failed
  const parts = [`${done} of ${total} steps are done and were seen to be so`]
  if (failed > 0) parts.push(`${failed} failed`)
  if (rest > 0) parts.push(`${rest} are open`)
  const end = incident.phase === 'done' ? '' : ` The response is ${incident.phase}.`
  return `${parts.join(', ')}.${end}`
}

function warnings({ appeared, newSessions, steps }: Report): string {
  const back = steps.filter(({ seenAgainAt }) => seenAgainAt !== null).length
  const lines = [
    ...(back > 0 ? [`${back} came back after being gone.`] : []),
    ...(appeared.length > 0
      ? [
          `${counted(appeared.length, 'token')} appeared since: ${appeared
            .map(({ name, ending }) => `${name || '(no name)'} …${ending}`)
            .join(', ')}.`,
        ]
      : []),
    ...(newSessions > 0 ? [`${counted(newSessions, 'session')} began since.`] : []),
  ]
  return lines.map((line) => `<p class="warning">${text(line)}</p>\n`).join('')
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function row(step: ReportedStep): string {
  const cells = RUNGS.map((rung) => {
    const { state, at } = step.proof[rung]
    const [mark, word] = MARKS[state]
    const time = at === null ? '' : `<br><small>${text(utc(at).slice(11, 19))}</small>`
    return `<td class="${state}"><span title="${word}">${mark}</span>${time}</td>`
  })
  const result = step.problem === null ? step.state : `${step.state} (${step.problem.code})`
  return `<tr class="${step.state}"><td>${step.step}</td><td>${what(step)}</td><td>${text(step.owner.name)}<br><small>${text(step.owner.email)}</small></td><td>${text(result)}</td>${cells.join('')}</tr>`
}

function what({ what: kind, token, sessions }: ReportedStep): string {
  if (kind === 'sessions')
    return text(sessions === null ? 'All sessions ended' : `All sessions ended (${sessions})`)
  if (kind === 'lock' || token === null) return 'Account locked'
  const dates = `created ${day(token.createdAt)}, last used ${day(token.lastUsedAt)}`
  return `Token <code>…${text(token.ending)}</code> ${text(token.name || '(no name)')}<br><small>${text(dates)}</small>`
}

function facts(list: readonly (readonly [name: string, value: string])[]): string {
  return `<dl>\n${list.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('\n')}\n</dl>`
}

const day = (time: string | null): string => (time === null ? 'unknown or never' : time.slice(0, 10))
