/**
 * The rows of the campaign that are proven by tests: a defence or a promise, and the files whose every test has to pass.
 * Benchmarks (`scripts/bench.ts`) stand for themselves.
 */
export interface TestedRow {
  readonly id: string
  readonly what: string
  /** project of vitest → globs of its files */
  readonly tests: Readonly<Record<string, readonly string[]>>
}

export const TESTED_ROWS: readonly TestedRow[] = [
  {
    id: 'SEC-SHELL',
    what: 'sandbox, isolation, protocol, CSP, permissions, navigation, sender, from inside and by guard',
    tests: {
      unit: ['electron/main/guards/*.test.ts', 'electron/main/*.test.ts', 'electron/host/*.test.ts'],
      electron: ['tests/electron/shell.test.ts'],
    },
  },
  {
    id: 'SEC-FUSES',
    what: 'fuses of the packed build and of the release configuration',
    tests: {
      unit: ['scripts/release.test.ts'],
      packed: ['tests/packed/packed.test.ts', 'tests/packed/release.test.ts'],
    },
  },
  {
    id: 'SEC-20',
    what: 'the twenty points of Electron’s check-list, asked of the packed build',
    tests: { packed: ['tests/packed/checklist.test.ts'] },
  },
  {
    id: 'REPRODUCIBLE',
    what: 'the release made twice by different people is the same, file by file',
    tests: { packed: ['tests/packed/release.test.ts'] },
  },
  {
    id: 'PACKED',
    what: 'the desktop journeys on the packed build',
    tests: { packed: ['tests/electron/*.test.ts'] },
  },
  {
    id: 'SEC-HOST',
    what: 'browser host: loopback, launch secret, cookie, Host, Origin',
    tests: { unit: ['electron/serve/*.test.ts'], integration: ['tests/integration/serve-*.test.ts'] },
  },
  {
    id: 'CANARY',
    what: 'secrets that went through every journey are in no file, log, page state, heap, title, notification or process',
    tests: {
      unit: ['electron/core/canary.test.ts', 'electron/base/secrecy.test.ts'],
      integration: ['tests/integration/platform-credentials.test.ts', 'tests/integration/*canary*.test.ts'],
      e2e: ['tests/e2e/journeys.test.ts', 'tests/e2e/*canary*.test.ts'],
      packed: ['tests/electron/life.test.ts', 'tests/electron/*canary*.test.ts'],
    },
  },
  {
    id: 'HOSTILE',
    what: 'hostile answers, names, logs, cells and addresses execute nothing and hang nothing',
    tests: {
      unit: [
        'electron/core/clients/**/*.test.ts',
        'renderer/ui/foreign-text.test.ts',
        'shared/domain/*csv*.test.ts',
        'shared/domain/*log*.test.ts',
      ],
      integration: ['tests/integration/platform-hostile.test.ts', 'tests/integration/fuzz.test.ts'],
      e2e: ['tests/e2e/trouble.test.ts'],
    },
  },
  {
    id: 'REL-2',
    what: 'heartbeat over seven simulated days with every disturbance',
    tests: { unit: ['electron/core/heartbeat/*.test.ts', 'shared/domain/registration.test.ts'] },
  },
  {
    id: 'REL-5',
    what: 'composer: every fault leaves the others and the old container alone',
    tests: {
      unit: ['electron/composer/**/*.test.ts'],
      docker: ['tests/docker/*.test.ts'],
    },
  },
  {
    id: 'REL-6',
    what: 'keychain missing, locked, denied, another one, a wrong value; at the start and later: said, and nobody is locked out',
    tests: {
      unit: ['electron/core/ports/*.test.ts', 'electron/core/connections/*.test.ts'],
      integration: ['tests/integration/keychain-trouble.test.ts'],
      keychain: ['tests/keychain/*.test.ts'],
    },
  },
  {
    id: 'REL-7',
    what: 'database newer or damaged, disk full, second instance, killed: no data lost',
    tests: {
      unit: ['electron/base/sqlite.test.ts', 'electron/base/files.test.ts', 'electron/core/*.test.ts'],
      integration: [
        'tests/integration/platform-process.test.ts',
        'tests/integration/ledger.test.ts',
        'tests/integration/profile-trouble.test.ts',
        'tests/integration/full-disk-stores.test.ts',
      ],
    },
  },
  {
    id: 'FAULTS',
    what: 'a network that refuses, resets, cuts, delays and holds; a stopped core, platform and composer; a clock that is set: a sentence, and on it goes',
    tests: {
      unit: ['renderer/features/system/*.test.ts', 'electron/core/children/*.test.ts'],
      integration: [
        'tests/integration/network-faults.test.ts',
        'tests/integration/stopped-processes.test.ts',
        'tests/integration/core-lost-answers.test.ts',
        'tests/integration/clock-jumps.test.ts',
      ],
      e2e: ['tests/e2e/trouble.test.ts'],
    },
  },
  {
    id: 'RECOVERY',
    what: 'page crashed or frozen, graphics or child ended, second start: the window comes back where it was and says so',
    tests: {
      unit: ['electron/main/page-recovery.test.ts', 'electron/core/system/*.test.ts'],
      packed: [
        'tests/electron/recovery.test.ts',
        'tests/electron/life.test.ts',
        'tests/electron/composer.test.ts',
      ],
    },
  },
  {
    id: 'AXE',
    what: 'every view state in both schemes: WCAG 2.2 AA, no cut-off button',
    tests: { page: ['renderer/view-states.test.tsx', 'renderer/app/*.test.tsx'] },
  },
  {
    id: 'ACCESS',
    what: 'every view state by keyboard alone, at 200 %, without motion, in words that are 40 % longer',
    tests: { page: ['renderer/access.test.tsx', 'renderer/reflow.test.tsx'] },
  },
  {
    id: 'WORDS',
    what: 'nine languages: keys, values, plurals, real translations',
    tests: { unit: ['renderer/i18n/*.test.ts', 'electron/core/notices/*.test.ts'] },
  },
]

/** Projects whose tests are quick enough for the short form. */
export const SHORT_PROJECTS: readonly string[] = ['unit']

/** Benchmarks whose short form is quick enough for it: each by its id. */
export const SHORT_BENCHES: readonly string[] = ['REL-1', 'SOAK-6']
