import type { Catalog, Contract } from './contract.ts'

/** Enough of a catalogue to try everything with: names, images and settings are those of the real connectors. */

type Schema = Contract['config_schema']['properties'][string]

const VERSION = '7.261101.0'

const text = (description: string, otherwise?: string): Schema => ({
  type: 'string',
  description,
  ...(otherwise === undefined ? {} : { default: otherwise }),
})
const url = (description: string, otherwise: string): Schema => ({
  ...text(description, otherwise),
  format: 'uri',
})
const secret = (description: string): Schema => ({ type: 'string', format: 'password', description })
const count = (description: string, otherwise: number): Schema => ({
  type: 'integer',
  minimum: 0,
  description,
  default: otherwise,
})
const choice = (description: string, values: readonly string[], otherwise: string): Schema => ({
  ...text(description, otherwise),
  enum: [...values],
})
const flag = (description: string, otherwise: boolean): Schema => ({
  type: 'boolean',
  description,
  default: otherwise,
})

const LEVELS = ['debug', 'info', 'warn', 'warning', 'error']

/** What every connector of OpenCTI takes. */
const common = (name: string, scope: string): Record<string, Schema> => ({
  OPENCTI_URL: { type: 'string', format: 'uri', description: 'Base address of the platform' },
  OPENCTI_TOKEN: { type: 'string', description: 'Token that the connector calls with' },
  CONNECTOR_NAME: text('Name of the connector', name),
  CONNECTOR_SCOPE: text('What the connector works on, parted by commas', scope),
  CONNECTOR_LOG_LEVEL: choice('Least level that is logged', LEVELS, 'error'),
})
const period = (otherwise: string): Record<string, Schema> => ({
  CONNECTOR_DURATION_PERIOD: {
    ...text('Time between two runs, ISO 8601', otherwise),
    format: 'duration',
  },
})

interface Described {
  readonly slug: string
  readonly title: string
  readonly description: string
  readonly type: string
  readonly image: string
  readonly confidence: number
  readonly useCases: readonly string[]
  readonly site: string
  readonly properties: Record<string, Schema>
  readonly required?: readonly string[]
  /** false: listed, but no composer deploys it */
  readonly managed?: boolean
}

function contract(given: Described): Contract {
  return {
    title: given.title,
    slug: given.slug,
    description: given.description,
    short_description: given.description.split('. ')[0] ?? '',
    logo: null,
    use_cases: [...given.useCases],
    verified: true,
    last_verified_date: '2026-09-01',
    playbook_supported: given.type === 'INTERNAL_ENRICHMENT',
    max_confidence_level: given.confidence,
    support_version: '>=6.8.0',
    subscription_link: given.site,
    source_code: null,
    manager_supported: given.managed ?? true,
    container_version: VERSION,
    container_image: given.image,
    container_type: given.type,
    config_schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `https://gatehouse.invalid/${given.slug}/config.schema.json`,
      type: 'object',
      properties: given.properties,
      required: ['OPENCTI_URL', 'OPENCTI_TOKEN', ...(given.required ?? [])],
      additionalProperties: true,
    },
  }
}

const OPENCTI_CONTRACTS: readonly Contract[] = [
  contract({
    slug: 'alienvault',
    title: 'AlienVault OTX',
    description: 'Pulses of AlienVault’s Open Threat Exchange, as reports with their indicators.',
    type: 'EXTERNAL_IMPORT',
    image: 'opencti/connector-alienvault',
    confidence: 50,
    useCases: ['Open Source Threat Intel'],
    site: 'https://otx.alienvault.com',
    properties: {
      ...common('AlienVault', 'alienvault'),
      ...period('PT30M'),
      ALIENVAULT_BASE_URL: url('Address of the exchange', 'https://otx.alienvault.com'),
      ALIENVAULT_API_KEY: secret('Key of your account there'),
      ALIENVAULT_TLP: choice('Marking of what is imported', ['white', 'green', 'amber', 'red'], 'white'),
      ALIENVAULT_CREATE_OBSERVABLES: flag('Makes observables', true),
      ALIENVAULT_CREATE_INDICATORS: flag('Makes indicators', true),
      ALIENVAULT_PULSE_START_TIMESTAMP: text('Where the first import begins', '2026-01-01T00:00:00'),
    },
    required: ['ALIENVAULT_API_KEY'],
  }),
  contract({
    slug: 'mitre',
    title: 'MITRE ATT&CK',
    description: 'Tactics, techniques, groups and software of MITRE’s knowledge base.',
    type: 'EXTERNAL_IMPORT',
    image: 'opencti/connector-mitre',
    confidence: 75,
    useCases: ['Open Source Threat Intel', 'Detection'],
    site: 'https://attack.mitre.org',
    properties: {
      ...common('MITRE ATT&CK', 'tool,report,malware,identity,campaign,intrusion-set,attack-pattern'),
      ...period('P7D'),
      MITRE_REMOVE_STATEMENT_MARKING: flag('Leaves the statement marking out', true),
      MITRE_INTERVAL: count('Days between two runs', 7),
    },
  }),
  contract({
    slug: 'mitre-atlas',
    title: 'MITRE ATLAS',
    description: 'Adversary behaviour against machine learning, from MITRE.',
    type: 'EXTERNAL_IMPORT',
    image: 'opencti/connector-mitre-atlas',
    confidence: 75,
    useCases: ['Open Source Threat Intel'],
    site: 'https://atlas.mitre.org',
    properties: {
      ...common('MITRE ATLAS', 'attack-pattern,course-of-action,relationship,x-mitre-collection'),
      ...period('P7D'),
    },
  }),
  contract({
    slug: 'cisa-kev',
    title: 'CISA Known Exploited Vulnerabilities',
    description: 'The catalogue of vulnerabilities that are known to be exploited.',
    type: 'EXTERNAL_IMPORT',
    image: 'opencti/connector-cisa-known-exploited-vulnerabilities',
    confidence: 90,
    useCases: ['Vulnerability Management'],
    site: 'https://www.cisa.gov/known-exploited-vulnerabilities-catalog',
    properties: {
      ...common('CISA KEV', 'cisa'),
      ...period('P2D'),
      CISA_CREATE_INFRASTRUCTURES: flag('Makes infrastructures', false),
    },
  }),
  contract({
    slug: 'virustotal',
    title: 'VirusTotal',
    description: 'What VirusTotal knows of files, addresses, domains and URLs.',
    type: 'INTERNAL_ENRICHMENT',
    image: 'opencti/connector-virustotal',
    confidence: 60,
    useCases: ['Enrichment'],
    site: 'https://www.virustotal.com',
    properties: {
      ...common('VirusTotal', 'StixFile,Artifact,IPv4-Addr,Domain-Name,Url,Hostname'),
      CONNECTOR_AUTO: flag('Enriches by itself', false),
      VIRUSTOTAL_TOKEN: secret('Key of your account there'),
      VIRUSTOTAL_MAX_TLP: choice(
        'Highest marking that is sent there',
        ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER'],
        'TLP:AMBER',
      ),
    },
    required: ['VIRUSTOTAL_TOKEN'],
  }),
  contract({
    slug: 'misp',
    title: 'MISP',
    description: 'Events of a MISP instance. Runs beside it and is not deployed by a composer.',
    type: 'EXTERNAL_IMPORT',
    image: 'opencti/connector-misp',
    confidence: 60,
    useCases: ['Sharing'],
    site: 'https://www.misp-project.org',
    properties: {
      ...common('MISP', 'misp'),
      MISP_URL: { type: 'string', format: 'uri', description: 'Address of the instance' },
      MISP_KEY: secret('Key of your account there'),
      MISP_SSL_VERIFY: flag('Checks the certificate', true),
    },
    required: ['MISP_URL', 'MISP_KEY'],
    managed: false,
  }),
]

/** What every collector and injector of OpenAEV takes. */
const commonAev: Record<string, Schema> = {
  OPENAEV_URL: { type: 'string', format: 'uri', description: 'Base address of the platform' },
  OPENAEV_TOKEN: { type: 'string', description: 'Token that it calls with' },
}

function aevContract(given: Described): Contract {
  const made = contract({ ...given, properties: { ...commonAev, ...given.properties } })
  const required = ['OPENAEV_URL', 'OPENAEV_TOKEN', ...(given.required ?? [])]
  return { ...made, config_schema: { ...made.config_schema, required } }
}

const OPENAEV_CONTRACTS: readonly Contract[] = [
  aevContract({
    slug: 'openaev-atomic-red-team',
    title: 'Atomic Red Team',
    description: 'Payloads of the Atomic Red Team library.',
    type: 'COLLECTOR',
    image: 'openaev/collector-atomic-red-team',
    confidence: 100,
    useCases: ['Adversarial Exposure Validation'],
    site: 'https://atomicredteam.io',
    properties: { COLLECTOR_PERIOD: count('Seconds between two runs', 604_800) },
  }),
  aevContract({
    slug: 'openaev-http-query',
    title: 'HTTP query',
    description: 'Sends HTTP requests as part of a scenario.',
    type: 'INJECTOR',
    image: 'openaev/injector-http-query',
    confidence: 100,
    useCases: ['Adversarial Exposure Validation'],
    site: 'https://filigran.io',
    properties: {
      INJECTOR_LOG_LEVEL: choice('Least level that is logged', LEVELS, 'error'),
      HTTP_QUERY_PROXY_PASSWORD: secret('Password of the proxy, if it asks for one'),
    },
  }),
]

export const BUILT_IN_CATALOGS: readonly Catalog[] = [
  {
    id: 'filigran-catalog-id',
    name: 'Built-in connectors',
    description: 'A few connectors of OpenCTI',
    contracts: [...OPENCTI_CONTRACTS],
  },
  {
    id: 'openaev-catalog-id',
    name: 'Built-in collectors and injectors',
    description: 'A few collectors and injectors of OpenAEV',
    contracts: [...OPENAEV_CONTRACTS],
  },
]
