import { ensurePackages, KUBERNETES_PACKAGES, TEST_PACKAGES } from './debian-packages.ts'
import { lastLine } from './test-counts.ts'
import { runSuite } from './test-suites.ts'

/** `npm run test:kubernetes`: the composer on a real cluster. Opt-in, because its programs are built first (ten minutes). */
ensurePackages([...TEST_PACKAGES, ...KUBERNETES_PACKAGES])
const { counts } = await runSuite('kubernetes')
console.log(lastLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
