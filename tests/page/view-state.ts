import type { Stage, StageOptions } from './stage.tsx'

/** One state of one or more views, and the way there. */
export interface ViewState {
  id: string
  /** what it shows: `route:…`, `dialog:…`, as in the coverage test */
  views: readonly string[]
  address?: string
  world?: StageOptions['world']
  reach?: (stage: Stage) => Promise<unknown>
}
