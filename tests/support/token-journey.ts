import type { Locator, Page } from 'playwright-core'

/** The steps of a token's life as a person clicks them, in whichever window the page is. */

/** `curl -H "Authorization: Bearer …" -d '{"query":"{me{name}}"}'`, without naming a content type. */
export async function curl(url: string, token: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: '{"query":"{me{name}}"}',
  })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: await response.json(),
  }
}

/** What `curl` brings back for a token that is revoked, expired or unknown. */
export const REFUSAL = {
  data: null,
  errors: [{ extensions: { code: 'AUTH_REQUIRED', data: { http_status: 401 } } }],
}

/** Where the embedded platform listens, as Settings says once it is up. */
export async function embeddedPlatformUrl(page: Page): Promise<string> {
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('section-local').click()
  const address = page.getByText(/^http:\/\/127\.0\.0\.1:\d+$/).first()
  return (await address.textContent()) ?? ''
}

/** Generates through the dialog and returns the value as the reveal dialog shows it, with the dialog still open. */
export async function generate(page: Page, name: string, duration: string): Promise<string> {
  await page.getByTestId('generate').first().click()
  await page.getByTestId('token-name').fill(name)
  await page.getByTestId('duration').getByText(duration, { exact: true }).click()
  await page.getByTestId('submit-generate').click()
  const value = page.getByTestId('token-value').filter({ hasText: /^flgrn_/ })
  return (await value.textContent()) ?? ''
}

/** The rows of the list in which `text` stands. */
export function rowOf(page: Page, text: string): Locator {
  return page.getByRole('row').filter({ hasText: text })
}

/** Revokes the row's token, with a reason, and waits until the platform has done it. */
export async function revoke(page: Page, row: Locator, reason: string): Promise<void> {
  await row.getByTestId('revoke').click()
  await page.getByText('Are you sure? Any scripts using this token will stop working immediately.').waitFor()
  await page.getByTestId('reason').fill(reason)
  await page.getByTestId('confirm-revoke').click()
  await page.getByTestId('confirm-revoke').waitFor({ state: 'detached' })
}
