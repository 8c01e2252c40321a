import { type Seal, STYLE, text, utc } from '#base/record-page.ts'
import type { ReportedOwner, ReportedToken, ReviewHead } from './review-report.ts'

/** Sections of the page, in order; null: who holds nothing any more. */
const SECTIONS = [
  ['revoke', 'To be revoked'],
  ['ask', 'To be asked'],
  ['keep', 'Kept'],
  [null, 'Hold nothing any more'],
] as const

/** The review as one page to read and to print: no script, nothing loaded, in English as a document for the record. */
export class ReviewPage {
  readonly #rows = new Map<ReportedOwner['decision'], { count: number; texts: string[] }>(
    SECTIONS.map(([decision]) => [decision, { count: 0, texts: [] }]),
  )

  /** More of its owners. */
  add(owners: readonly ReportedOwner[]): void {
    for (const [decision] of SECTIONS) {
      const those = owners.filter((owner) => owner.decision === decision)
      const section = this.#rows.get(decision)
      if (!section || those.length === 0) continue
      section.count += those.length
      section.texts.push(`${those.map(row).join('\n')}\n`)
    }
  }

  /** Its text, when all owners were added. */
  *pieces(head: ReviewHead, seal: Seal): Generator<string> {
    yield beginning(head)
    for (const [decision, title] of SECTIONS) {
      const { count, texts } = this.#rows.get(decision) ?? { count: 0, texts: [] }
      if (count === 0) continue
      yield sectionHead(title, count)
      yield* texts
      yield SECTION_END
    }
    yield end(head, seal)
  }
}

const beginning = ({
  review,
  platform,
  summary,
  previous,
  comparable,
}: ReviewHead): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${text(`Access review · ${platform.name} · ${review.readAt.slice(0, 10)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Access review: ${text(platform.name)}</h1>
<p class="lead">${summary.owners} owners with ${summary.tokens} tokens: ${summary.keep} kept, ${summary.revoke} to be revoked, ${summary.ask} to be asked.</p>
</header>
<dl>
${[
  ['Platform', `${platform.name}, ${platform.url}`],
  ['Reviewed by', review.reviewer],
  ['Read', utc(review.readAt)],
  ['Finished', review.finishedAt === null ? 'not yet' : utc(review.finishedAt)],
  ['Sees', review.scope],
  ['Compared with', previous ? `the review of ${utc(previous.finishedAt)}` : 'nothing: it is the first'],
  [
    'Since then',
    previous
      ? `${summary.appeared} appeared, ${summary.vanished} vanished, ${summary.expired} expired, ${summary.used} used; ${summary.changed} owners changed`
      : 'not known',
  ],
]
  .map(([name = '', value = '']) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`)
  .join('\n')}
</dl>
${comparable ? '' : '<p class="warning">Another account, or one that saw less, made the last review: some tokens may only have come into or out of sight.</p>\n'}`

const end = ({ review, previous }: ReviewHead, seal: Seal): string => `<footer>
<p>This page renders the signed file <code>${text(seal.file)}</code>, SHA-256 <code>${text(seal.digest)}</code>, signed with the Ed25519 key <code>${text(seal.fingerprint)}</code>.${previous ? ` The review before has SHA-256 <code>${text(previous.sha256)}</code>.` : ''}</p>
<p>The page itself carries no signature. To verify the file with a public key that you got by another way: <code>npm run verify-report -- ${text(seal.file)} --key PUBLICKEYFILE</code></p>
<p>Review <code>${text(review.id)}</code>. Times are UTC; those of tokens are the platform’s, and when one was last used is right to two minutes.</p>
</footer>
</body>
</html>
`

const sectionHead = (title: string, count: number): string => `<h2>${text(title)} (${count})</h2>
<table>
<thead><tr><th>Owner</th><th>Tokens</th><th>Changed since the last review</th><th>Rights</th><th>Note</th></tr></thead>
<tbody>
`
const SECTION_END = '</tbody>\n</table>\n'

function row(entry: ReportedOwner): string {
  const { owner, accountStatus, capabilities, tokens, note } = entry
  const status = accountStatus === 'Active' ? '' : `<br><small>${text(accountStatus)}</small>`
  const rights = capabilities.includes('BYPASS') ? 'everything (BYPASS)' : capabilities.join(', ')
  return `<tr><td>${text(owner.name)}<br><small>${text(owner.email)}</small>${status}</td><td>${tokens.map(token).join('<br>')}</td><td>${changes(entry).map(text).join('<br>')}</td><td><small>${text(rights)}</small></td><td>${text(note)}</td></tr>`
}

function token(one: ReportedToken): string {
  const ends = one.expiresAt === null ? 'never expires' : `expires ${one.expiresAt.slice(0, 10)}`
  const used = one.lastUsedAt === null ? 'never used' : `used ${one.lastUsedAt.slice(0, 10)}`
  return `<code>…${text(one.ending)}</code> ${text(one.name || '(no name)')} <small>${text(`${ends}, ${used}`)}</small>`
}

function changes({ tokens, since }: ReportedOwner): string[] {
  const named = ({ ending, name }: ReportedToken): string => `…${ending} ${name || '(no name)'}`
  return [
    ...(since.firstToken ? ['Holds tokens for the first time'] : []),
    ...(since.accountStatusBefore === null ? [] : [`Account was ${since.accountStatusBefore}`]),
    ...since.rightsGained.map((right) => `Gained ${right}`),
    ...since.rightsLost.map((right) => `Lost ${right}`),
    ...tokens.flatMap((one) => one.changes.map((change) => `${named(one)} ${change}`)),
    ...since.vanished.map(
      (one) => `${named(one)} ${one.fate === 'revoked' ? 'revoked from here' : 'vanished'}`,
    ),
  ]
}
