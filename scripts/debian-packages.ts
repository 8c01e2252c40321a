import { spawnSync } from 'node:child_process'

/** What a window of Electron needs on Debian and its children. */
export const WINDOW_PACKAGES = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libsecret-1-0',
] as const

/** What the tests need besides: real Chromium, a display without a screen, a real keychain, a real Docker Engine, Podman. */
export const TEST_PACKAGES = [
  ...WINDOW_PACKAGES,
  'chromium',
  'xvfb',
  'xauth',
  'fonts-liberation',
  'fonts-noto-cjk',
  'gnome-keyring',
  'dbus',
  'dunst',
  'docker.io',
  'docker-registry',
  'busybox-static',
  'iproute2',
  'age',
  'podman',
  'runc',
] as const

/** What `npm run test:kubernetes` needs besides: etcd, and what Kubernetes is built with. */
export const KUBERNETES_PACKAGES = ['etcd-server', 'golang-go', 'dpkg-dev', 'make', 'rsync'] as const

/** The wanted packages that are neither installed nor provided by an installed one; empty where there is no dpkg. */
export function missingPackages(wanted: readonly string[]): string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = '${db:Status-Abbrev}\\t${Package}\\t${Provides}\\n'
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', format], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return status === 0 ? notIn(stdout, wanted) : []
}

/** @param listing lines of status, package and provided names, as asked for above */
export function notIn(listing: string, wanted: readonly string[]): string[] {
  const there = new Set<string>()
  for (const line of listing.split('\n')) {
    const [state = '', name = '', provides = ''] = line.split('\t')
    if (!state.startsWith('ii')) continue
    there.add(name)
    for (const provided of provides.split(',')) there.add(provided.trim().split(/[\s:(]/)[0] ?? '')
  }
  return wanted.filter((name) => !there.has(name))
}

/**
 * Installs what is missing where that is possible without a question (as root); else prints the line that would.
 * Returns what is still missing. Never throws.
 */
export function ensurePackages(wanted: readonly string[]): string[] {
  const missing = missingPackages(wanted)
  if (missing.length === 0) return []
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    console.error(`Some system packages are missing. To install them:\n  sudo apt-get ${install.join(' ')}`)
    return missing
  }
  console.error(`Installing system packages: ${missing.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['-qq', ...install],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  }
  const still = missingPackages(wanted)
  if (still.length > 0) console.error(`Could not be installed: ${still.join(' ')}`)
  return still
}
