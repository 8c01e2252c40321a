import { join, resolve } from 'node:path'

export interface UserPlaces {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The folder that holds everything Gatehouse keeps for this user, the same for both hosts.
 * `GATEHOUSE_PROFILE` names another one, for a second console or a rehearsal.
 */
export function profileFolder({ platform, home, environment }: UserPlaces): string {
  const chosen = environment.GATEHOUSE_PROFILE
  if (chosen) return resolve(chosen)
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Gatehouse')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Gatehouse')
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'gatehouse')
}
