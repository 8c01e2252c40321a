/** A version and what it brought. */
export interface Changes {
  readonly version: string
  readonly parts: readonly { readonly title: string | null; readonly points: readonly string[] }[]
}

/**
 * The versions of docs/CHANGELOG.md. Knows what that file uses: `## ` a version, `### ` a part of it, `- ` a point, indented
 * lines that go on; marks of code are dropped.
 */
export function changesOf(markdown: string): Changes[] {
  const versions: { version: string; parts: { title: string | null; points: string[] }[] }[] = []
  for (const line of markdown.split('\n')) {
    const version = versions.at(-1)
    const part = version?.parts.at(-1)
    const last = part?.points.length ? part.points.length - 1 : -1
    const words = line.trim().replaceAll('`', '')
    if (line.startsWith('## ')) versions.push({ version: words.slice(3), parts: [] })
    else if (line.startsWith('### ')) version?.parts.push({ title: words.slice(4), points: [] })
    else if (line.startsWith('- ') && version) {
      if (!part) version.parts.push({ title: null, points: [words.slice(2)] })
      else part.points.push(words.slice(2))
    } else if (line.startsWith('  ') && part && last >= 0) part.points[last] += ` ${words}`
  }
  return versions
}
