import { readFileSync } from 'node:fs'
import { BadConfigError } from '../../start-failure.ts'
import { Catalog } from './contract.ts'

/**
 * A catalogue of one's own, JSON in the form of OpenCTI's (`id`, `name`, `description`, `contracts`).
 * @throws BadConfigError that names the file and the first thing wrong in it
 */
export function customCatalog(path: string): Catalog {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new BadConfigError(`The catalogue ${path} cannot be read as JSON`)
  }
  const parsed = Catalog.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new BadConfigError(`The catalogue ${path}: ${issue?.path.join('.')} ${issue?.message}`)
}
