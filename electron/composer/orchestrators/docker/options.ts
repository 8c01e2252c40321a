/** `daemon.docker`: how connectors are run on Docker; the names of XTM Composer, and below the line Gatehouse's own. */
export interface DockerOptions {
  readonly network_mode?: string | undefined
  readonly extra_hosts?: readonly string[] | undefined
  readonly dns?: readonly string[] | undefined
  readonly dns_search?: readonly string[] | undefined
  readonly privileged?: boolean | undefined
  readonly cap_add?: readonly string[] | undefined
  readonly cap_drop?: readonly string[] | undefined
  readonly security_opt?: readonly string[] | undefined
  readonly userns_mode?: string | undefined
  readonly pid_mode?: string | undefined
  readonly ipc_mode?: string | undefined
  readonly uts_mode?: string | undefined
  readonly runtime?: string | undefined
  readonly shm_size?: number | undefined
  readonly sysctls?: Readonly<Record<string, string>> | undefined
  readonly ulimits?: readonly { name: string; soft: number; hard: number }[] | undefined

  readonly labels?: Readonly<Record<string, string>> | undefined
  /** bytes */
  readonly memory?: number | undefined
  /** CPUs, e.g. 0.5 */
  readonly cpus?: number | undefined
}

/** The `HostConfig` of a connector's container. */
export function hostConfig(options: DockerOptions): Record<string, unknown> {
  const given = {
    NetworkMode: options.network_mode,
    ExtraHosts: options.extra_hosts,
    Dns: options.dns,
    DnsSearch: options.dns_search,
    Privileged: options.privileged,
    CapAdd: options.cap_add,
    CapDrop: options.cap_drop,
    SecurityOpt: options.security_opt,
    UsernsMode: options.userns_mode,
    PidMode: options.pid_mode,
    IpcMode: options.ipc_mode,
    UTSMode: options.uts_mode,
    Runtime: options.runtime,
    ShmSize: options.shm_size,
    Sysctls: options.sysctls,
    Ulimits: options.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Memory: options.memory,
    NanoCpus: options.cpus === undefined ? undefined : Math.round(options.cpus * 1e9),
    // Without a policy the engine never restarts and never counts, so that a crash loop cannot be told from a stop.
    RestartPolicy: { Name: 'unless-stopped' },
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
