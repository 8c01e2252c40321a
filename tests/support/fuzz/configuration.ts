import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadConfig } from '../../../electron/composer/config/load.ts'
import { testKey } from '../composer-rig.ts'
import { type Campaign, campaign } from './campaign.ts'
import { bentText, hostileJson, hostileText } from './hostile.ts'

const SECRET = 'Fake-Zq7-configuration-secret'
const KEY = testKey()
const FILE = `manager:
  id: my-manager
  name: The manager
  execute_schedule: 10
  logger: { level: info, format: json }
opencti:
  enable: true
  url: http://127.0.0.1:8080
  token: ${SECRET}
  daemon:
    selector: docker
    docker: { network_mode: bridge, labels: &labels { a: b } }
    registry: { server: registry.example, username: u, password: ${SECRET} }
    kubernetes: { base_deployment: { spec: { replicas: 1 } }, image_pull_policy: Always }
openaev:
  enable: false
  daemon: { selector: kubernetes, portainer: { api: "http://p", env_id: "1", api_key: ${SECRET} } }
`
const YAML_PIECES = [
  '&a [*a,*a,*a,*a]',
  '<<: *labels',
  '!!js/function x',
  '? [a]',
  '- ',
  '\t',
  '{',
  '}: ',
  '%YAML 9',
]
const TEXT = fc.oneof(
  { weight: 6, arbitrary: bentText(fc.constant(FILE)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(FILE.length), fc.constantFrom(...YAML_PIECES))
      .map(([at, piece]) => FILE.slice(0, at) + piece + FILE.slice(at)),
  },
  { weight: 1, arbitrary: hostileJson.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: hostileText },
)
const STEPS = [
  'MANAGER',
  'OPENCTI',
  'OPENAEV',
  'DAEMON',
  'DOCKER',
  'LABELS',
  'URL',
  'ENABLE',
  'TOKEN_FILE',
  'SELECTOR',
  'REGISTRY',
  'KUBERNETES',
  'BASE_DEPLOYMENT_JSON',
  'EXTRA_HOSTS',
  'CA',
  '__PROTO__',
  'CONSTRUCTOR',
  'PROTOTYPE',
  '0',
  '',
]
const ENVIRONMENT = fc.dictionary(
  fc
    .array(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...STEPS) }, { weight: 1, arbitrary: hostileText }),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .map((steps) => steps.join('__')),
  // Of a file that must be there none is read but a small one of ours.
  hostileText,
  { maxKeys: 4 },
)

/** Any file and any environment is a configuration or a list of what is wrong with it, without a secret in it. */
export const configurationCampaign: Campaign = (order) => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gatehouse-fuzz-'))
  const file = join(folder, 'composer.yaml')
  // Reading a key takes longer than all the rest; most cases do without.
  const property = fc.property(TEXT, ENVIRONMENT, fc.nat(19), (text, env, key) => {
    writeFileSync(file, text)
    const keyed = key === 0 ? { MANAGER__CREDENTIALS_KEY: KEY } : {}
    const { config, problems } = loadConfig({ folder, env: { ...env, ...keyed }, file })
    if (config === null && !problems.some(({ grade }) => grade === 'error'))
      throw new Error('refused without a word')
    // What was bent may be the secret's own place; whole it must not come back.
    if (JSON.stringify(problems).includes(SECRET))
      throw new Error(`tells a secret: ${JSON.stringify(problems)}`)
  })
  return campaign('configuration of the composer, file and environment', property)(order)
}
