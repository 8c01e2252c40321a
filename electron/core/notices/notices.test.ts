import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Happening } from '#shared/domain/happening.ts'
import { LANGUAGES } from '#shared/domain/languages.ts'
import { MONITOR_KINDS, monitorId } from '#shared/domain/monitors.ts'
import { noticeOf, timeOf } from './notice-of.ts'
import { trayFace } from './tray-face.ts'

const folder = join(import.meta.dirname, 'texts')
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8'))
const english = read('en')

const AT = new Date(2026, 8, 22, 14, 5).getTime()
const nameOf = (id: string) => (id === 'cert' ? 'Example CERT' : null)
const about = (change: Partial<Happening>): Happening => ({
  id: 'one',
  kind: 'down',
  subject: { kind: 'monitor', monitorId: monitorId('api', 'cert') },
  since: AT - 120_000,
  at: AT,
  ...change,
})

describe('the sentences', () => {
  it('exist in each language and in no other', () => {
    expect(readdirSync(folder).sort()).toEqual(LANGUAGES.map((language) => `${language}.json`).sort())
  })

  it.each(LANGUAGES.filter((language) => language !== 'en'))(
    '%s: same names, same values, translated',
    (language) => {
      const own = read(language)
      expect(Object.keys(own)).toEqual(Object.keys(english))
      const values = (sentence = ''): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort()
      for (const [id, sentence] of Object.entries(own))
        expect([id, values(sentence)]).toEqual([id, values(english[id])])
      const equal = Object.keys(own).filter((id) => own[id] === english[id])
      expect(equal.filter((id) => !['subject.api', 'subject.xtm-one'].includes(id))).toEqual([])
    },
  )
})

describe('a notice', () => {
  it('tells what, since when, and stays until it is seen', () => {
    expect(noticeOf(about({}), 'en', nameOf)).toEqual({
      id: 'one',
      title: 'Example CERT · API',
      body: 'Down since 14:03.',
      urgency: 'critical',
    })
  })

  it('tells the end with the whole span', () => {
    expect(noticeOf(about({ kind: 'up' }), 'de', nameOf)).toMatchObject({
      body: 'Arbeitet wieder. Ausgefallen war es von 14:03 bis 14:05.',
      urgency: 'normal',
    })
  })

  it('says lapsed of a registration, and looks at the network first when nothing answers', () => {
    const registration = { kind: 'monitor', monitorId: monitorId('registration', 'cert') } as const
    expect(noticeOf(about({ subject: registration }), 'en', nameOf).body).toMatch(/^Lapsed, seen at 14:03/)
    expect(noticeOf(about({ subject: { kind: 'network' } }), 'en', nameOf)).toMatchObject({
      title: 'Network',
    })
  })

  it('can be said of everything in every language, with nothing left to fill in', () => {
    const subjects: Happening['subject'][] = [
      ...MONITOR_KINDS.map((kind) => ({ kind: 'monitor' as const, monitorId: monitorId(kind, 'cert') })),
      { kind: 'connection', connectionId: 'gone' },
      { kind: 'network' },
    ]
    const kinds = ['down', 'up', 'flapping', 'settled-up', 'settled-down', 'version'] as const
    for (const language of LANGUAGES)
      for (const subject of subjects)
        for (const kind of kinds) {
          const notice = noticeOf(
            about({ subject, kind, versions: { from: '7.1', to: '7.2' } }),
            language,
            nameOf,
          )
          expect(`${notice.title} ${notice.body}`).not.toMatch(/[{}]|undefined/)
        }
  })

  it('lets no name steer or mark up what is shown', () => {
    const versions = { from: '<img src=x>', to: `7.2\u202E&amp;${'9'.repeat(500)}` }
    const { body } = noticeOf(about({ kind: 'version', versions }), 'en', nameOf)
    expect(body).not.toMatch(/[<>&\u202E]/)
    expect(body.length).toBeLessThan(200)
  })

  it('adds the date to a time of another half day', () => {
    expect(timeOf(AT - 86_400_000, AT, 'en')).toBe('21 Sept, 14:05')
  })
})

describe('the tray', () => {
  it('says how things stand and offers to mute, or to speak again', () => {
    expect(trayFace('danger', null, 'en', AT)).toMatchObject({
      tooltip: 'Gatehouse · Something is down',
      mute: { label: 'Mute for an hour', ends: false },
    })
    expect(trayFace('good', AT + 3_600_000, 'fr', AT).mute).toEqual({
      label: 'Silence jusqu’à 15:05. Reprendre',
      ends: true,
    })
  })
})
