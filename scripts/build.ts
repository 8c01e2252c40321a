import { buildAll } from './build-parts.ts'

/** `npm run build` and `npm run package` begin with this; `npm start` right after finds everything built. */
await buildAll()
