/** `daemon.swarm`: how connectors are run as services; the names of XTM Composer, and below the line Gatehouse's own. */
export interface SwarmOptions {
  readonly network?: string | undefined
  readonly extra_hosts?: readonly string[] | undefined
  readonly dns?: readonly string[] | undefined
  readonly dns_search?: readonly string[] | undefined
  readonly cap_add?: readonly string[] | undefined
  readonly cap_drop?: readonly string[] | undefined
  readonly sysctls?: Readonly<Record<string, string>> | undefined
  readonly ulimits?: readonly { name: string; soft: number; hard: number }[] | undefined
  readonly hostname?: string | undefined
  readonly user?: string | undefined
  readonly read_only?: boolean | undefined
  readonly init?: boolean | undefined
  /** ns */
  readonly stop_grace_period?: number | undefined
  readonly resources?:
    | {
        /** billionths of a CPU, and bytes */
        readonly cpu_limit?: number | undefined
        readonly memory_limit?: number | undefined
        readonly cpu_reservation?: number | undefined
        readonly memory_reservation?: number | undefined
      }
    | undefined
  readonly placement_constraints?: readonly string[] | undefined
  readonly placement_preferences?: readonly string[] | undefined
  readonly restart_condition?: 'none' | 'on-failure' | 'any' | undefined
  /** ns */
  readonly restart_delay?: number | undefined
  readonly restart_max_attempts?: number | undefined

  readonly labels?: Readonly<Record<string, string>> | undefined
  /** secrets as Swarm secrets instead of readable environment; needs /bin/sh in the image */
  readonly secrets?: boolean | undefined
}

/** What of a service's template does not depend on the connector. */
export function taskTemplate(options: SwarmOptions): {
  container: Record<string, unknown>
  task: Record<string, unknown>
} {
  const { resources } = options
  return {
    container: given({
      Hosts: options.extra_hosts?.map(hostsLine),
      DNSConfig: given({ Nameservers: options.dns, Search: options.dns_search }),
      CapabilityAdd: options.cap_add,
      CapabilityDrop: options.cap_drop,
      Sysctls: options.sysctls,
      Ulimits: options.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      Hostname: options.hostname,
      User: options.user,
      ReadOnly: options.read_only,
      Init: options.init,
      StopGracePeriod: options.stop_grace_period,
    }),
    task: given({
      Networks: options.network ? [{ Target: options.network }] : undefined,
      Resources: given({
        Limits: given({ NanoCPUs: resources?.cpu_limit, MemoryBytes: resources?.memory_limit }),
        Reservations: given({
          NanoCPUs: resources?.cpu_reservation,
          MemoryBytes: resources?.memory_reservation,
        }),
      }),
      Placement: given({
        Constraints: options.placement_constraints,
        Preferences: options.placement_preferences?.map((spread) => ({
          Spread: { SpreadDescriptor: spread },
        })),
      }),
      RestartPolicy: given({
        Condition: options.restart_condition ?? 'any',
        Delay: options.restart_delay,
        MaxAttempts: options.restart_max_attempts,
      }),
    }),
  }
}

/** Docker writes `name:address`, a service the line of a hosts file. */
function hostsLine(entry: string): string {
  const colon = entry.indexOf(':')
  return colon < 0 ? entry : `${entry.slice(colon + 1)} ${entry.slice(0, colon)}`
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
