/**
 * The user's languages, best first, BCP 47, where there is no desktop to ask.
 * @param environment LANGUAGE, LC_ALL, LC_MESSAGES and LANG as POSIX spells them: `de_AT.UTF-8`
 * @param fallback the runtime's own locale
 */
export function systemLanguages(
  environment: Readonly<Record<string, string | undefined>>,
  fallback: string,
): string[] {
  const named = [
    ...(environment.LANGUAGE ?? '').split(':'),
    environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '',
  ]
  return languageTags(named, fallback)
}

/** The names that are languages, as BCP 47 and each once; `C` and `POSIX` say that there is no preference. */
export function languageTags(names: readonly string[], fallback: string): string[] {
  const languages = names.map(toTag).filter((tag) => tag !== null)
  return [...new Set(languages.length > 0 ? languages : [fallback])]
}

function toTag(name: string): string | null {
  const [locale = ''] = name.split(/[.@]/)
  if (['', 'c', 'posix'].includes(locale.toLowerCase())) return null
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? null
  } catch {
    return null
  }
}
