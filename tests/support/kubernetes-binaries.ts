import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
/** Inside the clone and ignored by git: some 350 MB that took ten minutes. */
const CACHE = join(ROOT, '.cache', 'kubernetes')
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const

/**
 * The folder of Kubernetes' own programs, built once from Debian's source package with Debian's Go: there is no package of
 * binaries. GATEHOUSE_KUBERNETES_BIN names a folder that has them already.
 * @throws Error with the last lines of the step that failed
 */
export function kubernetesBinaries(say: (line: string) => void): string {
  const given = process.env.GATEHOUSE_KUBERNETES_BIN
  const folder = given ?? join(CACHE, 'bin')
  if (PROGRAMS.every((program) => existsSync(join(folder, program)))) return folder
  if (given !== undefined) throw new Error(`GATEHOUSE_KUBERNETES_BIN=${given} lacks ${PROGRAMS.join(', ')}`)
  say('Building Kubernetes from the source package (once, some ten minutes) …')
  const source = fetchSource()
  step('make', ['make', `WHAT=${PROGRAMS.map((program) => `cmd/${program}`).join(' ')}`], source, {
    ...process.env,
    // Debian's Go, whatever else is installed: this version of Kubernetes is of its time.
    PATH: `/usr/bin:${process.env.PATH}`,
    GOROOT: '',
    GOTOOLCHAIN: 'local',
    GOPROXY: 'off',
    GOFLAGS: '-mod=vendor',
    CGO_ENABLED: '0',
    GOPATH: join(CACHE, 'go'),
    GOCACHE: join(CACHE, 'go-build'),
  })
  const [made] = globSync(join(source, '_output', 'local', 'bin', 'linux', '*'))
  if (made === undefined) throw new Error('The build left no programs')
  mkdirSync(`${folder}.new`, { recursive: true })
  for (const program of PROGRAMS) cpSync(join(made, program), join(`${folder}.new`, program))
  renameSync(`${folder}.new`, folder)
  for (const rest of ['source', 'go', 'go-build']) rmSync(join(CACHE, rest), { recursive: true, force: true })
  return folder
}

/** The unpacked source package; the machine's own package sources are asked for sources as well. */
function fetchSource(): string {
  const place = join(CACHE, 'source')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(join(place, 'lists', 'partial'), { recursive: true })
  mkdirSync(join(place, 'sources'))
  for (const file of globSync('/etc/apt/{sources.list,sources.list.d/*}')) {
    const text = readFileSync(file, 'utf8')
      .replace(/^Types:.*$/gm, 'Types: deb-src')
      .replace(/^deb /gm, 'deb-src ')
    const name = file.split('/').at(-1) ?? ''
    writeFileSync(join(place, 'sources', name.replace(/^sources\.list$/, 'main.list')), text)
  }
  const apt = (...words: string[]): readonly string[] => [
    'apt-get',
    ...['-o', 'Dir::Etc::sourcelist=/dev/null', '-o', `Dir::Etc::sourceparts=${join(place, 'sources')}`],
    ...['-o', `Dir::State::lists=${join(place, 'lists')}`, '-o', 'APT::Sandbox::User=root'],
    ...words,
  ]
  step('apt-get update', apt('update'), place)
  step('apt-get source', apt('source', '--only-source', 'kubernetes'), place)
  const folder = readdirSync(place, { withFileTypes: true }).find(
    (entry) => entry.isDirectory() && entry.name.startsWith('kubernetes-'),
  )
  if (!folder) throw new Error('The source package was not unpacked')
  return join(place, folder.name)
}

function step(name: string, command: readonly string[], cwd: string, env = process.env): void {
  const [program = '', ...args] = command
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`${name}: ${error?.message ?? ''}\n${`${stdout}${stderr}`.slice(-3000)}`)
}
