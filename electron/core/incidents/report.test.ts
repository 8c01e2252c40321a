import { expect, it } from 'vitest'
import { signedDocument, signingKey, verifyDocument } from '#base/signature.ts'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import { freshStep } from './plan.ts'
import { reportOf } from './report.ts'
import { reportHtml } from './report-html.ts'
import { resultsCsv } from './results.ts'

const START = Date.parse('2026-09-22T08:30:00.000Z')
const HOSTILE = '<img src=x onerror=alert(1)>"\u202Egnp'
const OWNER = { id: 'u-1', name: HOSTILE, email: '=HYPERLINK("http://evil.example")' }

function token(name: string): NonNullable<IncidentStep['token']> {
  return {
    id: 't-1',
    name,
    maskedToken: '****a1b2',
    createdAt: START,
    expiresAt: null,
    lastUsedAt: null,
    own: false,
  }
}

const { intent, tries, refused, ...plain } = freshStep({ kind: 'token', owner: OWNER, token: token(HOSTILE) })
const DONE: IncidentStep = {
  ...plain,
  position: 0,
  state: 'done',
  attempts: 1,
  acknowledgedAt: START + 1_000,
  goneAt: START + 1_100,
  goneAgainAt: START + 4_100,
}
const LOST: IncidentStep = {
  ...DONE,
  position: 1,
  acknowledgedAt: null,
  problem: { code: 'cut', detail: null },
}
const BACK: IncidentStep = {
  ...DONE,
  position: 2,
  state: 'failed',
  backAt: START + 4_100,
  goneAgainAt: null,
  problem: { code: 'still-listed', detail: null },
}
const COUNTS = { total: 3, done: 2, failed: 1, open: 0, acknowledged: 0 }

const INCIDENT: Incident = {
  id: 'inc-1',
  kind: 'lost-device',
  connectionId: 'c-1',
  connectionName: 'CERT',
  url: 'https://cti.example',
  rehearsal: false,
  actor: 'bob@example.org',
  subject: OWNER,
  owners: 1,
  reason: "it's <b>stolen</b>",
  phase: 'done',
  problem: null,
  nextAt: null,
  startedAt: START,
  endedAt: START + 1_200,
  steps: COUNTS,
  tokens: COUNTS,
  proof: {
    secondLookAt: START + 4_200,
    secondLookDone: true,
    audit: 'not-kept',
    rescanAt: START + 301_200,
    rescanDone: false,
    problem: null,
  },
  appeared: [],
  newSessions: 0,
}

it('says of each step how far it is proven, and no further', () => {
  const { steps, summary, asOf } = reportOf(INCIDENT, [DONE, LOST, BACK])
  const states = steps.map(({ proof }) => Object.values(proof).map(({ state }) => state))
  expect(states).toEqual([
    ['passed', 'passed', 'passed', 'void', 'void', 'open'],
    ['void', 'passed', 'passed', 'void', 'void', 'open'],
    ['passed', 'passed', 'failed', 'void', 'void', 'void'],
  ])
  expect(summary.seconds).toBe(1)
  expect(asOf).toBe('2026-09-22T08:30:04.100Z')
})

it('the same knowledge gives the same bytes, and no byte of them may change', () => {
  const key = signingKey(Buffer.alloc(32, 5))
  const text = signedDocument(key, reportOf(INCIDENT, [DONE, LOST, BACK]))
  expect(signedDocument(key, reportOf(INCIDENT, [DONE, LOST, BACK]))).toBe(text)
  const file = Buffer.from(text)
  expect(verifyDocument(key.publicKey, file)).toMatchObject({ ok: true })
  const unseen = [...file.keys()].filter((place) => {
    const changed = Buffer.from(file)
    changed[place] = (changed[place] ?? 0) ^ 1
    return verifyDocument(key.publicKey, changed).ok
  })
  expect(unseen).toEqual([])
})

it('the page to read runs nothing that a name says', () => {
  const html = reportHtml(reportOf(INCIDENT, [DONE, LOST, BACK]), {
    digest: 'ab',
    fingerprint: 'SHA256:x',
    file: 'report.json',
  })
  expect(html).not.toMatch(/<img|<b>|<script|\u202E/)
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;\uFFFDgnp')
  expect(html).toContain('it&#39;s &lt;b&gt;stolen&lt;/b&gt;')
  expect(html).toContain("default-src 'none'")
  expect(html).toContain('1 came back after being gone.')
})

it('a spreadsheet runs nothing either', () => {
  const [head, row] = resultsCsv([{ ...DONE, token: token('+cmd|calc') }]).split('\r\n')
  expect(head).toContain('"token_ending"')
  expect(row).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
  expect(row).toContain(`"'+cmd|calc"`)
})
