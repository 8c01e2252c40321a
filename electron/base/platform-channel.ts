import { z } from 'zod'

/**
 * What the console and the embedded platform say to each other over the private channel between parent and child
 * (`process.parentPort` or `process.send`). Secrets travel here and nowhere else: not in arguments, not in the environment.
 */

/**
 * Which platform the local one stands for on the wire: itself, OpenCTI 7 without any extension, or OpenCTI 6.9 with one
 * plaintext token a user.
 */
export const PEER_NAMES = ['gatehouse', 'opencti-7', 'opencti-6.9'] as const
export type PeerName = (typeof PEER_NAMES)[number]

/** Where the embedded platform registers. `stand-in`: a receiving end that it brings along. */
const XtmOne = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('off') }),
  z.object({ mode: z.literal('stand-in') }),
  z.object({ mode: z.literal('own'), url: z.string(), token: z.string(), profile: z.string() }),
])
export type EmbeddedXtmOne = z.infer<typeof XtmOne>

/** What an empty platform is filled with: nothing, a few believable people, or an organisation of `SeedSize`. */
export const SEEDS = ['none', 'demo', 'large'] as const
export type Seed = (typeof SEEDS)[number]

export const SeedSize = z.object({
  /** people besides the administrator */
  users: z.number().int().min(0).max(1_000_000),
  /** spread over them */
  tokens: z.number().int().min(0).max(10_000_000),
  /** of one person more; 0 = nobody */
  tokensOfOne: z.number().int().min(0).max(1_000_000),
})
export type SeedSize = z.infer<typeof SeedSize>

/** Parent → child, once, first. */
export const StartPlatform = z.object({
  type: z.literal('start'),
  /** folder of the platform's database; made when missing */
  dataFolder: z.string(),
  /** 0 = any free port of 127.0.0.1 */
  port: z.number().int().min(0).max(65_535),
  /** platform key, base64 of at least 32 bytes */
  encryptionKey: z.string().min(44),
  seed: z.enum(SEEDS),
  /** of the seed `large`; 10 000 users and 50 000 tokens unless told otherwise */
  seedSize: SeedSize.partial().optional(),
  /** `gatehouse` unless told otherwise */
  as: z.enum(PEER_NAMES).optional(),
  /** whether a platform that stands for OpenCTI has an Enterprise Edition, and so an audit */
  enterprise: z.boolean().optional(),
  /** `off` unless told otherwise */
  xtmOne: XtmOne.optional(),
})
export type StartPlatform = z.infer<typeof StartPlatform>

export const StopPlatform = z.object({ type: z.literal('stop') })
export const ToPlatform = z.discriminatedUnion('type', [StartPlatform, StopPlatform])
export type ToPlatform = z.infer<typeof ToPlatform>

/** Child → parent. `adminToken` is a fresh token each start, kept in memory on both sides. */
export const FromPlatform = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    url: z.string(),
    adminToken: z.string(),
    healthAccessKey: z.string(),
  }),
  z.object({
    type: z.literal('failed'),
    code: z.enum([
      'folder-busy',
      'wrong-key',
      'newer-data',
      'damaged-data',
      'port-in-use',
      'bad-config',
      'internal',
    ]),
    message: z.string(),
  }),
])
export type FromPlatform = z.infer<typeof FromPlatform>
