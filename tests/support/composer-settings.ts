import type { Page } from 'playwright-core'

/** Values of the form's lists, seconds or a count. */
export interface ComposerChoices {
  readonly reconcile: string
  readonly logs: string
  readonly crashLoop: string
}

/** Turns the console's own composer on for the platform that was connected, as an admin does, from the open settings. */
export async function turnComposerOn(
  page: Page,
  { reconcile, logs, crashLoop }: ComposerChoices,
): Promise<void> {
  const connection = page.getByTestId('composer-connection')
  await connection.waitFor()
  const chosen = await connection
    .locator('option')
    .evaluateAll((options) =>
      options.map((option) => (option as HTMLOptionElement).value).find((value) => value !== 'local'),
    )
  await connection.selectOption(chosen ?? '')
  await page.getByText('More settings').click()
  await page.getByLabel('Reconcile every').selectOption(reconcile)
  await page.getByLabel('Send logs every').selectOption(logs)
  await page.getByLabel('Stop a connector in a crash loop after').selectOption(crashLoop)
  await page.getByTestId('save-composer').click()
  await page.getByTestId('composer-enabled').click()
  await page.locator('[data-testid=composer-state][data-state=ready]').waitFor()
}
