import { TOKEN_NAME_MAX } from '#shared/domain/token.ts'

/** The suggested name: `{owner}` and `{date}` (day in UTC) of the template filled in, cut to what a name may have. */
export function tokenNameFrom(template: string, owner: string, now: number): string {
  const date = new Date(now).toISOString().slice(0, 10)
  return template
    .replaceAll('{owner}', () => owner)
    .replaceAll('{date}', () => date)
    .trim()
    .slice(0, TOKEN_NAME_MAX)
}
