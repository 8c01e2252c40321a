import { z } from 'zod'
import { Secret } from '#base/secret.ts'
import { LEGACY_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { BadConfigError } from './start-failure.ts'

/** How the platform runs alone: OpenCTI's environment names, and the flags of the command line. */
export interface StandaloneConfig {
  readonly dataFolder: string
  readonly port: number
  readonly host: string
  readonly seed: 'none' | 'demo'
  readonly adminEmail: string | undefined
  readonly adminToken: Secret | undefined
  readonly adminPassword: Secret | undefined
  /** null = the key file in the data folder */
  readonly encryptionKey: Uint8Array | null
  readonly healthAccessKey: string | null
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
})

const Flags = z.object({
  data: z.string({ error: 'is missing: the folder for the database' }).min(1, 'must name a folder'),
  port: optional(port),
  host: optional(z.string()),
  seed: optional(z.enum(['none', 'demo'], { error: 'must be "demo" or "none"' })),
})

/**
 * @param flags values of `--data`, `--port`, `--host`, `--seed`; a flag wins over the environment
 * @throws BadConfigError that names each wrong key; never a value
 */
export function standaloneConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): StandaloneConfig {
  const asked = Flags.safeParse(flags)
  const found = Environment.safeParse(environment)
  const problems = [
    ...(asked.error?.issues ?? []).map((issue) => `--${issue.path.join('.')} ${issue.message}`),
    ...(found.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
  ]
  if (!asked.success || !found.success) throw new BadConfigError(problems.join('\n'))
  return {
    dataFolder: asked.data.data,
    port: asked.data.port ?? found.data.APP__PORT ?? Number(DEFAULT_PORT),
    host: asked.data.host ?? '127.0.0.1',
    seed: asked.data.seed ?? 'none',
    adminEmail: found.data.APP__ADMIN__EMAIL,
    adminToken: found.data.APP__ADMIN__TOKEN,
    adminPassword: found.data.APP__ADMIN__PASSWORD,
    encryptionKey: found.data.APP__ENCRYPTION_KEY ?? null,
    healthAccessKey: found.data.APP__HEALTH_ACCESS_KEY ?? null,
  }
}
