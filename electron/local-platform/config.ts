import { z } from 'zod'
import { PEER_NAMES, type PeerName, SEEDS, type Seed, SeedSize } from '#base/platform-channel.ts'
import { Secret } from '#base/secret.ts'
import { LEGACY_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { type Configuration, readConfiguration } from '../xtm-one/configuration.ts'
import { configFile, settingName } from './config-file.ts'
import { isTrustable } from './http/peer.ts'
import { BadConfigError } from './start-failure.ts'

/** How the platform runs alone: OpenCTI's settings from the environment and a file, and the flags of the command line. */
export interface StandaloneConfig {
  readonly dataFolder: string
  readonly port: number
  readonly host: string
  readonly seed: Seed
  readonly seedSize: Partial<SeedSize>
  readonly as: PeerName
  readonly enterprise: boolean
  readonly adminEmail: string | undefined
  readonly adminToken: Secret | undefined
  readonly adminPassword: Secret | undefined
  /** null = the key file in the data folder */
  readonly encryptionKey: Uint8Array | null
  readonly healthAccessKey: string | null
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
  /** addresses and networks of reverse proxies */
  readonly trustedProxies: readonly string[]
  /** ms that the platform still serves, no longer ready, after it was asked to stop */
  readonly shutdownDelayMs: number
  /** files with catalogues of connectors */
  readonly customCatalogs: readonly string[]
  /** how it registers with XTM One */
  readonly xtmOne: Configuration
  /** PEM of the Enterprise Edition licence */
  readonly licencePem: string | null
  /** settings of this shape that it does not know, by name; a script for OpenCTI may bring some along */
  readonly ignored: readonly string[]
}

const DEFAULT_PORT = '4000'
const LEAST_KEY_BYTES = 32

/** An empty variable is one that is not set, as in compose files. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
  .transform(Number)
  .refine((number) => number <= 65_535, 'must be a port number, 0 to 65535')

const count = (bounds: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d{1,8}$/, 'must be a number')
    .transform(Number)
    .pipe(bounds)

const Environment = z.object({
  APP__ADMIN__EMAIL: optional(z.email('must be an e-mail address')),
  APP__ADMIN__TOKEN: optional(
    z
      .string()
      .regex(LEGACY_TOKEN_PATTERN, 'must be a UUID, made for instance with "uuidgen"')
      .transform((value) => new Secret(value)),
  ),
  APP__ADMIN__PASSWORD: optional(
    z
      .string()
      .refine((value) => value !== 'ChangeMe', 'must be changed from its default')
      .transform((value) => new Secret(value)),
  ),
  APP__ENCRYPTION_KEY: optional(
    z
      .string()
      .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64, made for instance with "openssl rand -base64 32"')
      .transform((value) => new Uint8Array(Buffer.from(value, 'base64')))
      .refine((key) => key.length >= LEAST_KEY_BYTES, `must hold at least ${LEAST_KEY_BYTES} bytes`),
  ),
  APP__HEALTH_ACCESS_KEY: optional(z.string()),
  APP__PORT: optional(port),
  APP__APP_LOGS__LOGS_LEVEL: optional(
    z.enum(['error', 'warn', 'info', 'debug'], { error: 'must be error, warn, info or debug' }),
  ),
  APP__TRUSTED_PROXIES: optional(
    z
      .string()
      .transform((text) => text.split(',').map((entry) => entry.trim()))
      .refine(
        (entries) => entries.every(isTrustable),
        'must be addresses or networks such as 127.0.0.1 or 10.0.0.0/8, parted by commas',
      ),
  ),
  APP__CUSTOM_CATALOGS: optional(z.string().transform((text) => text.split(',').map((path) => path.trim()))),
  APP__ENTERPRISE_EDITION_LICENSE: optional(z.string()),
  // Checked together where they are read: a mistake in them switches the registration off, not the platform.
  XTM__XTM_ONE_URL: optional(z.string()),
  XTM__XTM_ONE_TOKEN: optional(z.string()),
  XTM__XTM_ONE_PROFILE: optional(z.string()),
  APP__SHUTDOWN_DELAY: optional(
    z
      .string()
      .regex(/^\d{1,3}$/, 'must be seconds, 0 to 999')
      .transform(Number),
  ),
})

const Flags = z.object({
  data: z.string({ error: 'is missing: the folder for the database' }).min(1, 'must name a folder'),
  port: optional(port),
  host: optional(z.string()),
  config: optional(z.string()),
  seed: optional(z.enum(SEEDS, { error: `must be one of ${SEEDS.join(', ')}` })),
  users: optional(count(SeedSize.shape.users)),
  tokens: optional(count(SeedSize.shape.tokens)),
  'tokens-of-one': optional(count(SeedSize.shape.tokensOfOne)),
  as: optional(z.enum(PEER_NAMES, { error: `must be one of ${PEER_NAMES.join(', ')}` })),
  enterprise: z.boolean().optional(),
})

/**
 * @param flags values of `--data`, `--port`, `--host`, `--seed`, `--as`, `--enterprise`, `--config`; a flag wins over the environment, which wins
 *   over the file
 * @throws BadConfigError that names each wrong key; never a value
 */
export function standaloneConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): StandaloneConfig {
  const asked = Flags.safeParse(flags)
  const path = typeof flags.config === 'string' ? flags.config : ''
  const file = path ? configFile(path) : {}
  const unknown = Object.keys(file).filter((name) => !Object.hasOwn(Environment.shape, name))
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const found = Environment.safeParse({ ...file, ...set })
  const problems = [
    ...(asked.error?.issues ?? []).map((issue) => `--${issue.path.join('.')} ${issue.message}`),
    ...(found.error?.issues ?? []).map((issue) => nameOf(issue, file, set) + issue.message),
    ...unknown.map((name) => `${settingName(name)} in ${path} is not a setting of this platform`),
  ]
  if (!asked.success || !found.success || unknown.length > 0) throw new BadConfigError(problems.join('\n'))
  return {
    dataFolder: asked.data.data,
    port: asked.data.port ?? found.data.APP__PORT ?? Number(DEFAULT_PORT),
    host: asked.data.host ?? '127.0.0.1',
    seed: asked.data.seed ?? 'none',
    seedSize: {
      users: asked.data.users,
      tokens: asked.data.tokens,
      tokensOfOne: asked.data['tokens-of-one'],
    },
    as: asked.data.as ?? 'gatehouse',
    enterprise: asked.data.enterprise ?? false,
    adminEmail: found.data.APP__ADMIN__EMAIL,
    adminToken: found.data.APP__ADMIN__TOKEN,
    adminPassword: found.data.APP__ADMIN__PASSWORD,
    encryptionKey: found.data.APP__ENCRYPTION_KEY ?? null,
    healthAccessKey: found.data.APP__HEALTH_ACCESS_KEY ?? null,
    logLevel: found.data.APP__APP_LOGS__LOGS_LEVEL ?? 'info',
    trustedProxies: found.data.APP__TRUSTED_PROXIES ?? [],
    shutdownDelayMs: (found.data.APP__SHUTDOWN_DELAY ?? 0) * 1000,
    customCatalogs: found.data.APP__CUSTOM_CATALOGS ?? [],
    xtmOne: readConfiguration({
      XTM__XTM_ONE_URL: found.data.XTM__XTM_ONE_URL,
      XTM__XTM_ONE_TOKEN: found.data.XTM__XTM_ONE_TOKEN,
      XTM__XTM_ONE_PROFILE: found.data.XTM__XTM_ONE_PROFILE,
    }),
    licencePem: found.data.APP__ENTERPRISE_EDITION_LICENSE ?? null,
    ignored: Object.keys(set).filter(
      (name) => name.startsWith('APP__') && !Object.hasOwn(Environment.shape, name),
    ),
  }
}

/** The setting as it was given: by its environment name, or by its place in the file. */
function nameOf(
  issue: z.core.$ZodIssue,
  file: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, unknown>>,
): string {
  const name = String(issue.path[0])
  return `${name in file && !(name in environment) ? settingName(name) : name} `
}
