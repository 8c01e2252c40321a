import type { Database } from '#base/sqlite.ts'

/** The few single values that the platform remembers about itself, by name. */
export interface PlatformValues {
  read(name: string): string | null
  write(name: string, value: string): void
  remove(name: string): void
}

export function platformValues(database: Database): PlatformValues {
  const read = database.prepare('SELECT value FROM platform WHERE name = ?')
  const write = database.prepare(
    'INSERT INTO platform (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const remove = database.prepare('DELETE FROM platform WHERE name = ?')
  return {
    read: (name) => (read.get(name) as { value: string } | undefined)?.value ?? null,
    write: (name, value) => void write.run(name, value),
    remove: (name) => void remove.run(name),
  }
}
