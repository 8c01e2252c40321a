import './end-with-npm.ts'
import { join } from 'node:path'
import { ensureBuilt } from './build-parts.ts'

await ensureBuilt('all')
// In this process, so that its signals and its exit code are the host's own.
await import(join(import.meta.dirname, '..', 'out', 'main', 'serve.js'))
