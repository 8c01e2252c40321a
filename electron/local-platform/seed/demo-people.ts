/**
 * The people of the demo: the security team of an invented company in several countries, with the accounts that such a
 * platform really collects. All names are invented, all addresses end in domains that nobody can own.
 */

export interface DemoPerson {
  readonly name: string
  readonly email: string
  readonly firstname?: string
  readonly lastname?: string
  readonly description?: string
  readonly language?: string
  readonly group: DemoGroup
  readonly organization?: string
  readonly administersOrganization?: boolean
  readonly serviceAccount?: boolean
  readonly external?: boolean
  readonly status?: 'Active' | 'Inactive' | 'Locked' | 'Expired'
  /** days from now; negative = passed */
  readonly locksInDays?: number
  readonly tokens?: readonly DemoToken[]
}

export interface DemoToken {
  readonly name: string
  /** days before now */
  readonly createdDaysAgo: number
  /** days after its creation; absent = unlimited */
  readonly lastsDays?: number
  /** hours before now; absent = never used */
  readonly usedHoursAgo?: number
  readonly revoked?: { readonly daysAgo: number; readonly reason: string | null }
  /** capabilities that it is limited to; absent = all of its user's */
  readonly scopes?: readonly string[]
  /** a UUID as OpenCTI up to 6.9 gave out */
  readonly legacy?: boolean
}

interface Group {
  readonly name: string
  readonly capabilities: readonly string[]
}

/** What all may do, and what a group adds. */
const USES_TOKENS = ['KNOWLEDGE', 'APIACCESS_USETOKEN'] as const

export const DEMO_GROUPS = {
  managers: {
    name: 'Platform managers',
    capabilities: [
      ...USES_TOKENS,
      'SETTINGS_SETACCESSES',
      'SETTINGS_SECURITYACTIVITY',
      'SETTINGS_SETPARAMETERS',
      'MODULES',
      'CONNECTORAPI',
    ],
  },
  analysts: {
    name: 'Analysts',
    capabilities: [...USES_TOKENS, 'EXPLORE_EXUPDATE', 'INVESTIGATION', 'KNOWLEDGE_KNUPDATE'],
  },
  connectors: {
    name: 'Connectors',
    capabilities: [...USES_TOKENS, 'CONNECTORAPI', 'KNOWLEDGE_KNUPDATE', 'MODULES', 'INGESTION'],
  },
  readers: { name: 'Readers', capabilities: [...USES_TOKENS, 'EXPLORE'] },
  guests: { name: 'Guests without API access', capabilities: ['KNOWLEDGE'] },
} as const satisfies Record<string, Group>

export type DemoGroup = keyof typeof DEMO_GROUPS

export const DEMO_ORGANIZATIONS = ['Northwind SOC', 'Aurora CERT', 'Meridian Threat Research'] as const

const analyst = (
  firstname: string,
  lastname: string,
  domain: string,
  language: string,
  more: Partial<DemoPerson> = {},
): DemoPerson => {
  const plain = (text: string): string =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase()
  return {
    name: `${firstname} ${lastname}`,
    email: `${plain(firstname)}.${plain(lastname)}@${domain}`,
    firstname,
    lastname,
    language,
    group: 'analysts',
    ...more,
  }
}

const SOC = 'soc.example.org'
const CERT = 'cert.example.net'
const RESEARCH = 'research.example.com'

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  analyst('Alice', 'Moreau', SOC, 'fr-fr', {
    organization: 'Northwind SOC',
    description: 'Senior security analyst',
    tokens: [
      { name: 'Enrichment scripts', createdDaysAgo: 402, usedHoursAgo: 3 },
      { name: 'Laptop notebooks', createdDaysAgo: 61, lastsDays: 90, usedHoursAgo: 20 },
      { name: 'Weekly report', createdDaysAgo: 25, lastsDays: 30, usedHoursAgo: 50 },
      {
        name: 'Old laptop',
        createdDaysAgo: 300,
        usedHoursAgo: 24 * 140,
        revoked: { daysAgo: 139, reason: 'Laptop replaced' },
      },
    ],
  }),
  analyst('Bob', 'Lindqvist', SOC, 'en-us', {
    group: 'managers',
    organization: 'Northwind SOC',
    description: 'Platform administrator',
    tokens: [{ name: 'Access review', createdDaysAgo: 12, lastsDays: 30, usedHoursAgo: 1 }],
  }),
  analyst('Charlie', 'Okafor', SOC, 'en-us', {
    organization: 'Northwind SOC',
    description: 'DevOps engineer',
    tokens: [
      { name: 'Data migration', createdDaysAgo: 36, lastsDays: 30, usedHoursAgo: 24 * 7 },
      { name: 'CI pipeline', createdDaysAgo: 84, lastsDays: 90, usedHoursAgo: 2 },
      { name: 'CI pipeline', createdDaysAgo: 174, lastsDays: 90, usedHoursAgo: 24 * 85 },
      {
        name: 'CI pipeline',
        createdDaysAgo: 200,
        usedHoursAgo: 24 * 176,
        revoked: { daysAgo: 175, reason: 'Seen in a public build log' },
      },
    ],
  }),
  analyst('Marta', 'Kowalczyk', CERT, 'en-us', {
    organization: 'Aurora CERT',
    administersOrganization: true,
    description: 'Administers the organisation Aurora CERT',
    tokens: [{ name: 'Partner overview', createdDaysAgo: 40, lastsDays: 60, usedHoursAgo: 30 }],
  }),
  analyst('Jonas', 'Weber', CERT, 'de-de', {
    organization: 'Aurora CERT',
    tokens: [
      { name: 'Phishing-Triage', createdDaysAgo: 330, lastsDays: 365, usedHoursAgo: 6 },
      { name: 'Legacy Token', createdDaysAgo: 900, usedHoursAgo: 24 * 60, legacy: true },
    ],
  }),
  analyst('Giulia', 'Ferrari', CERT, 'it-it', {
    organization: 'Aurora CERT',
    tokens: [{ name: 'Analisi malware', createdDaysAgo: 29, lastsDays: 30, usedHoursAgo: 4 }],
  }),
  analyst('Lucía', 'Fernández', CERT, 'es-es', {
    organization: 'Aurora CERT',
    tokens: [{ name: 'Informe semanal', createdDaysAgo: 88, lastsDays: 90, usedHoursAgo: 24 * 9 }],
  }),
  analyst('Priya', 'Raman', RESEARCH, 'en-us', {
    organization: 'Meridian Threat Research',
    tokens: [
      { name: 'Jupyter', createdDaysAgo: 15, lastsDays: 365, usedHoursAgo: 1 },
      { name: 'pycti on workstation', createdDaysAgo: 120, usedHoursAgo: 24 * 50 },
      { name: 'Conference demo', createdDaysAgo: 75, lastsDays: 60 },
    ],
  }),
  analyst('Tomáš', 'Novák', RESEARCH, 'en-us', {
    organization: 'Meridian Threat Research',
    tokens: [{ name: 'YARA sync', createdDaysAgo: 210, usedHoursAgo: 24 * 95 }],
  }),
  {
    name: '佐藤 健',
    email: 'ken.sato@cert.example.net',
    firstname: '健',
    lastname: '佐藤',
    language: 'ja-jp',
    group: 'analysts',
    organization: 'Aurora CERT',
    tokens: [{ name: '脅威レポート', createdDaysAgo: 50, lastsDays: 90, usedHoursAgo: 12 }],
  },
  {
    name: '김민지',
    email: 'minji.kim@research.example.com',
    language: 'ko-kr',
    group: 'analysts',
    organization: 'Meridian Threat Research',
    tokens: [{ name: 'IOC 수집', createdDaysAgo: 8, lastsDays: 30, usedHoursAgo: 2 }],
  },
  {
    name: '王 芳',
    email: 'fang.wang@research.example.com',
    language: 'zh-cn',
    group: 'readers',
    organization: 'Meridian Threat Research',
    tokens: [{ name: '仪表板', createdDaysAgo: 63, lastsDays: 90 }],
  },
  {
    name: 'Анна Волкова',
    email: 'anna.volkova@cert.example.net',
    language: 'ru-ru',
    group: 'analysts',
    organization: 'Aurora CERT',
    tokens: [{ name: 'Обогащение', createdDaysAgo: 20, lastsDays: 60, usedHoursAgo: 70 }],
  },
  {
    name: 'محمد الفاسي',
    email: 'mohammed.elfassi@soc.example.org',
    description: 'A name that reads from right to left',
    group: 'analysts',
    organization: 'Northwind SOC',
    tokens: [{ name: 'تقرير الحوادث', createdDaysAgo: 33, lastsDays: 90, usedHoursAgo: 8 }],
  },
  {
    name: 'Pentest <script>alert("x")</script>',
    email: 'penetration.test@soc.example.org',
    description: 'Left behind by last year’s penetration test',
    group: 'readers',
    organization: 'Northwind SOC',
    tokens: [{ name: '<img src=x onerror=alert(1)>', createdDaysAgo: 377, lastsDays: 30 }],
  },
  {
    name: `Doctora ${'María de los Ángeles '.repeat(9)}Villanueva y Montenegro`,
    email: 'maria.villanueva@cert.example.net',
    description: 'A very long name',
    language: 'es-es',
    group: 'readers',
    organization: 'Aurora CERT',
    tokens: [
      {
        name: `Exportación trimestral ${'con anexos y '.repeat(20)}resumen`,
        createdDaysAgo: 70,
        lastsDays: 90,
        usedHoursAgo: 200,
      },
    ],
  },
  analyst('Hugo', 'Almeida', SOC, 'en-us', {
    organization: 'Northwind SOC',
    status: 'Locked',
    description: 'Left the company',
    tokens: [
      { name: 'Threat hunting', createdDaysAgo: 500, usedHoursAgo: 24 * 33 },
      { name: 'XTM One', createdDaysAgo: 230 },
    ],
  }),
  analyst('Sven', 'Dahl', SOC, 'en-us', {
    organization: 'Northwind SOC',
    status: 'Inactive',
    description: 'On leave',
    tokens: [{ name: 'Shift handover', createdDaysAgo: 160, lastsDays: 365, usedHoursAgo: 24 * 70 }],
  }),
  analyst('Nadia', 'Benali', SOC, 'fr-fr', {
    organization: 'Northwind SOC',
    status: 'Expired',
    tokens: [{ name: 'Stage', createdDaysAgo: 150, usedHoursAgo: 24 * 48 }],
  }),
  analyst('Owen', 'Price', RESEARCH, 'en-us', {
    external: true,
    locksInDays: -4,
    description: 'Contractor, contract over',
    tokens: [{ name: 'Contract work', createdDaysAgo: 94, usedHoursAgo: 24 * 5 }],
  }),
  analyst('Ingrid', 'Solberg', RESEARCH, 'en-us', {
    external: true,
    locksInDays: 21,
    description: 'Contractor',
    tokens: [{ name: 'Feed evaluation', createdDaysAgo: 9, lastsDays: 30, usedHoursAgo: 5 }],
  }),
  analyst('Ravi', 'Menon', RESEARCH, 'en-us', {
    group: 'guests',
    description: 'May not use API tokens',
    tokens: [{ name: 'Never worked', createdDaysAgo: 14, lastsDays: 30 }],
  }),
  analyst('Claire', 'Dubois', SOC, 'fr-fr', {
    group: 'readers',
    organization: 'Northwind SOC',
    tokens: [{ name: 'Template generated token', createdDaysAgo: 190 }],
  }),
  analyst('Yuki', 'Tanaka', CERT, 'ja-jp', { group: 'readers', organization: 'Aurora CERT' }),
  analyst('Elif', 'Yılmaz', SOC, 'en-us', {
    organization: 'Northwind SOC',
    tokens: [
      { name: 'XTM One', createdDaysAgo: 230 },
      {
        name: 'Phone',
        createdDaysAgo: 90,
        usedHoursAgo: 24 * 12,
        revoked: { daysAgo: 11, reason: 'Phone stolen in Lyon' },
      },
      {
        name: 'Pasted into a ticket',
        createdDaysAgo: 41,
        lastsDays: 90,
        usedHoursAgo: 24 * 20,
        revoked: { daysAgo: 19, reason: null },
      },
    ],
  }),
  {
    name: '[C] AlienVault',
    email: 'connector.alienvault@opencti.invalid',
    description: 'Account of a managed connector',
    group: 'connectors',
    serviceAccount: true,
    tokens: [{ name: 'Composer managed token', createdDaysAgo: 118, usedHoursAgo: 0.2 }],
  },
  {
    name: '[C] MITRE ATT&CK',
    email: 'connector.mitre@opencti.invalid',
    description: 'Account of a managed connector',
    group: 'connectors',
    serviceAccount: true,
    tokens: [
      { name: 'Composer managed token', createdDaysAgo: 118, usedHoursAgo: 0.4 },
      { name: 'Composer managed token', createdDaysAgo: 190, usedHoursAgo: 24 * 119 },
    ],
  },
  {
    name: '[C] VirusTotal enrichment',
    email: 'connector.virustotal@opencti.invalid',
    description: 'Account of a connector that is run by hand',
    group: 'connectors',
    serviceAccount: true,
    tokens: [
      { name: 'docker-compose', createdDaysAgo: 362, lastsDays: 365, usedHoursAgo: 0.1 },
      { name: 'Legacy Token', createdDaysAgo: 1100, legacy: true },
    ],
  },
  {
    name: 'XTM Composer',
    email: 'composer@opencti.invalid',
    description: 'The connector manager',
    group: 'managers',
    serviceAccount: true,
    tokens: [{ name: 'Composer', createdDaysAgo: 240, usedHoursAgo: 0.7 }],
  },
  {
    name: 'SIEM export',
    email: 'siem.export@opencti.invalid',
    description: 'Reads indicators every hour',
    group: 'readers',
    serviceAccount: true,
    tokens: [
      { name: 'siem-export', createdDaysAgo: 83, lastsDays: 90, usedHoursAgo: 0.9, scopes: ['KNOWLEDGE'] },
      { name: 'siem-export', createdDaysAgo: 170, lastsDays: 90, usedHoursAgo: 24 * 82 },
    ],
  },
]
