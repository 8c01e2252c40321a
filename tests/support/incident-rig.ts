import { setImmediate as turn } from 'node:timers/promises'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { consoleRig, type RigOptions } from './console-rig.ts'
import { DrivenClock } from './driven-clock.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { startTestPlatform, type TestPlatform } from './platform-rig.ts'

/** What a person of the test holds. */
export interface Holder {
  readonly id: string
  readonly email: string
  readonly tokens: readonly { readonly id: string; readonly value: string }[]
}

/** How much faster the console's time passes than ours. */
const FASTER = 10
/** What passes at once at most, when we ourselves were held up. */
const LONGEST_STEP_MS = 1_000
const LONGEST_MS = 100_000

export const PASSWORD = 'correct horse battery'

/** Adds a person with so many tokens and open sessions. */
export async function addHolder(
  platform: TestPlatform,
  name: string,
  { tokens, sessions = 0 }: { tokens: number; sessions?: number },
): Promise<Holder> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.org`
  const { data } = await platform.ask('mutation ($input: UserAddInput!) { userAdd(input: $input) { id } }', {
    variables: {
      input: {
        name,
        user_email: email,
        // Hashing takes a while.
        ...(sessions > 0 && { password: PASSWORD }),
        groups: await analysts(platform),
      },
    },
  })
  const { id } = data.userAdd
  const made = []
  for (let index = 0; index < tokens; index += 1) {
    const { token_id, plaintext_token } = await platform.generate(id, 'DAYS_90', `${name} ${index}`)
    made.push({ id: token_id, value: plaintext_token })
  }
  for (let index = 0; index < sessions; index += 1) await logIn(platform, email)
  return { id, email, tokens: made }
}

/** Opens a session. */
export async function logIn(platform: TestPlatform, email: string): Promise<void> {
  const { errors } = await platform.ask('mutation ($input: UserLoginInput) { token(input: $input) }', {
    token: null,
    variables: { input: { email, password: PASSWORD } },
  })
  if (errors) throw new Error(errors[0].message)
}

/** The group whose members may use tokens. */
async function analysts(platform: TestPlatform): Promise<string[]> {
  const { data } = await platform.ask('{ groups { edges { node { id name } } } }')
  return data.groups.edges
    .map(({ node }: { node: { id: string; name: string } }) => node)
    .filter(({ name }: { name: string }) => /analyst/i.test(name))
    .map(({ id }: { id: string }) => id)
}

/** What the platform itself lists, asked past the proxy. */
export async function listed(platform: TestPlatform, userId: string): Promise<string[]> {
  const { data } = await platform.ask('query ($id: String!) { user(id: $id) { api_tokens { id } } }', {
    variables: { id: userId },
  })
  return data.user.api_tokens.map(({ id }: { id: string }) => id)
}

/**
 * A console connected, through a proxy that can do harm, to a platform that stands for OpenCTI 7. Its clock runs ten times as
 * fast as ours, so that waits are short, and stands still while the platform works: no answer is late because a machine is busy.
 */
export async function incidentRig(options: { platform?: Partial<PlatformOptions> } = {}) {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo', ...options.platform })
  const proxy = await startFaultProxy(platform.url)
  const clock = new DrivenClock(Date.now())
  let rig = consoleRig({ clock })
  const connectionId = await rig.connect(proxy.url, platform.platform.consoleToken.expose())

  async function stateOf(id: string): Promise<{ incident: Incident; steps: IncidentStep[] }> {
    const reader = await rig.client.incidents.follow({ id })
    const { value } = await reader.next()
    await reader.return?.()
    return value as { incident: Incident; steps: IncidentStep[] }
  }

  return {
    platform,
    proxy,
    clock,
    connectionId,
    get client() {
      return rig.client
    },
    get console() {
      return rig.console
    },
    get folder() {
      return rig.folder
    },
    get lines() {
      return rig.lines
    },
    ledger: () => rig.ledger(),
    breakLedger: () => rig.breakLedger(),
    connect: (token: string) => rig.connect(proxy.url, token),
    stateOf,
    /** Lets the console's time pass until the incident is as wanted. */
    async until(id: string, wanted: (state: { incident: Incident; steps: IncidentStep[] }) => boolean) {
      const began = performance.now()
      for (let passed = 0; performance.now() - began < LONGEST_MS; ) {
        const state = await stateOf(id)
        if (wanted(state)) return state
        await turn()
        const due = Math.floor((performance.now() - began) * FASTER)
        if (proxy.underWay() === 0) clock.advance(Math.min(due - passed, LONGEST_STEP_MS))
        passed = due
      }
      throw new Error(`The incident never became so: ${JSON.stringify((await stateOf(id)).incident)}`)
    },
    /** The console ends and starts again on the same profile. @param options more of the new one */
    async restart(more: RigOptions = {}) {
      await rig.client.settings.change({ localPlatform: false }).catch(() => {})
      await rig.console.dispose()
      rig = consoleRig({ clock, folder: rig.folder, keychain: rig.keychain, ...more })
      await rig.console.start()
    },
    async close() {
      await rig.console.dispose()
      await proxy.close()
      await platform.platform.stop()
    },
  }
}

export type IncidentRig = Awaited<ReturnType<typeof incidentRig>>
