import { expect, it } from 'vitest'
import { clientText, withoutCredentials } from './client-text.ts'

it.each([
  'pycti/7.261101.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
  'opencti-connector-import-document/7.261101.0',
  'https://opencti-production-europe-west1.example.org',
  'Cannot query field "administrated_organizations" on type "User".',
])('%s stays as it is', (text) => {
  expect(withoutCredentials(text)).toBe(text)
})

it.each([
  `flgrn_octi_tkn_${'aB3_-'.repeat(13)}`.slice(0, 79),
  '00000000-1111-4222-8333-444444444444',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  'deadbeefdeadbeefdeadbeef00112233',
])('nothing of the credential %s stays', (secret) => {
  const text = withoutCredentials(`agent ${secret} (${secret}) x=${secret}`)
  // The constant prefix of a token may stay.
  const start = secret.startsWith('flgrn') ? 'flgrn_octi_tkn_'.length : 0
  for (let at = start; at + 8 <= secret.length; at++) expect(text).not.toContain(secret.slice(at, at + 8))
})

it('is cut, and stays null where there was nothing', () => {
  expect(clientText('x y '.repeat(1000))).toHaveLength(256)
  expect(clientText(undefined)).toBeNull()
})
