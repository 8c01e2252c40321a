import { z } from 'zod'
import {
  choice,
  flag,
  list,
  optionalFlag,
  optionalNumber,
  optionalText,
  optionalWhole,
  seconds,
  table,
  text,
  whole,
} from './fields.ts'

/**
 * Every key of the configuration: those of XTM Composer with its names and defaults, and Gatehouse's own (marked "own").
 * Strict objects, so that a mistyped key is named instead of ignored.
 */

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const

const manager = z
  .strictObject({
    id: text(),
    name: text(),
    execute_schedule: seconds(30),
    ping_alive_schedule: seconds(60),
    credentials_key: optionalText(),
    credentials_key_filepath: optionalText(),
    logger: z
      .strictObject({
        level: choice(logLevels, 'info'),
        format: choice(['json', 'pretty'], 'json'),
        /** to the log file */
        directory: flag(true),
        /** to standard output */
        console: flag(true),
        /** own: where the log file lies; without it there is none */
        path: optionalText(),
      })
      .prefault({}),
    debug: z.strictObject({ show_env_vars: flag(false), show_sensitive_env_vars: flag(false) }).prefault({}),
    /** own: /health and /metrics */
    http: z
      .strictObject({ enable: flag(true), host: optionalText(), port: whole(14_270, 65_535) })
      .prefault({}),
    /** own: how long an image may take to arrive */
    pull_deadline: seconds(600),
    /** own: actions at the same time */
    concurrency: whole(4, 64),
    /** own: a connector that restarted this often within a reboot loop is stopped; 0 = never */
    crash_loop_restarts: whole(10),
    /** own: how long a stop waits for what is under way */
    shutdown_grace: seconds(20),
  })
  .prefault({} as never)

const registry = z
  .strictObject({
    server: optionalText(),
    username: optionalText(),
    password: optionalText(),
    /** own: a file that holds the password */
    password_file: optionalText(),
    email: optionalText(),
  })
  .optional()

const ulimit = z.strictObject({
  name: text(),
  soft: z.coerce.number().int(),
  hard: z.coerce.number().int(),
})

const docker = z
  .strictObject({
    network_mode: optionalText(),
    extra_hosts: list(z.string()),
    dns: list(z.string()),
    dns_search: list(z.string()),
    privileged: optionalFlag(),
    cap_add: list(z.string()),
    cap_drop: list(z.string()),
    security_opt: list(z.string()),
    userns_mode: optionalText(),
    pid_mode: optionalText(),
    ipc_mode: optionalText(),
    uts_mode: optionalText(),
    runtime: optionalText(),
    shm_size: optionalWhole(),
    sysctls: table(),
    ulimits: list(ulimit),
    /** own, all three */
    labels: table(),
    memory: optionalWhole(),
    cpus: optionalNumber(),
  })
  .optional()

const swarm = z
  .strictObject({
    network: optionalText(),
    extra_hosts: list(z.string()),
    dns: list(z.string()),
    dns_search: list(z.string()),
    cap_add: list(z.string()),
    cap_drop: list(z.string()),
    sysctls: table(),
    ulimits: list(ulimit),
    hostname: optionalText(),
    user: optionalText(),
    read_only: optionalFlag(),
    init: optionalFlag(),
    stop_grace_period: optionalWhole(),
    resources: z
      .strictObject({
        cpu_limit: optionalWhole(),
        memory_limit: optionalWhole(),
        cpu_reservation: optionalWhole(),
        memory_reservation: optionalWhole(),
      })
      .optional(),
    placement_constraints: list(z.string()),
    placement_preferences: list(z.string()),
    restart_condition: choice(['none', 'on-failure', 'any'], 'any'),
    restart_delay: optionalWhole(),
    restart_max_attempts: optionalWhole(),
    /** own */
    labels: table(),
    /** own: secrets as Swarm secrets; needs /bin/sh in the images */
    secrets: flag(true),
  })
  .optional()

const portainer = z
  .strictObject({
    api: text(),
    api_key: optionalText(),
    /** own: a file that holds the key */
    api_key_file: optionalText(),
    env_id: text(),
    env_type: choice(['docker'], 'docker'),
    api_version: text(),
    stack: optionalText(),
    network_mode: optionalText(),
    /** own: certificates to trust, file paths or inline PEM */
    ca: list(z.string(), 'whole'),
    /** own: XTM Composer never verified; here it must be asked for */
    unsecured_certificate: flag(false),
  })
  .optional()

const kubernetes = z
  .strictObject({
    image_pull_policy: choice(['Always', 'IfNotPresent', 'Never'], 'IfNotPresent'),
    image_resources: z.record(z.string(), z.unknown()).optional(),
    base_deployment: z.record(z.string(), z.unknown()).optional(),
    base_deployment_json: optionalText(),
    /** own, all of the rest */
    namespace: optionalText(),
    context: optionalText(),
    labels: table(),
    annotations: table(),
  })
  .optional()

const platform = (enabled: boolean) =>
  z
    .strictObject({
      enable: flag(enabled),
      url: text(),
      /** own: OpenAEV's tenant, where it is not the default one */
      tenant: optionalText(),
      /** own: the address that connectors are told, where they reach the platform by another one */
      connector_url: optionalText(),
      token: optionalText(),
      /** own: a file that holds the token */
      token_file: optionalText(),
      unsecured_certificate: flag(false),
      /** own: certificates to trust, file paths or inline PEM */
      ca: list(z.string(), 'whole'),
      with_proxy: flag(false),
      http_proxy: optionalText(),
      https_proxy: optionalText(),
      no_proxy: optionalText(),
      https_proxy_ca: list(z.string(), 'whole'),
      https_proxy_reject_unauthorized: flag(true),
      logs_schedule: seconds(10),
      request_timeout: seconds(30),
      connect_timeout: seconds(10),
      daemon: z
        .strictObject({
          selector: choice(['kubernetes', 'docker', 'portainer', 'swarm'], 'kubernetes'),
          registry,
          docker,
          swarm,
          portainer,
          kubernetes,
        })
        .prefault({}),
    })
    .prefault({} as never)

export const ComposerSettings = z.strictObject({
  manager,
  opencti: platform(true),
  openaev: platform(false),
})

export type ComposerSettings = z.infer<typeof ComposerSettings>
export type PlatformSettings = ComposerSettings['opencti']

/** What XTM Composer ships as `config/default.yaml` and this has built in, so that the file need not exist. */
export const BUILT_IN = {
  manager: { id: 'default-manager-id', name: 'Filigran connector manager' },
  opencti: { url: 'http://host.docker.internal:4000' },
  openaev: { url: 'http://host.docker.internal:4000' },
} as const
