import type { Stage, StageOptions } from './stage.tsx'
import { SHELL_STATES } from './view-states-shell.ts'
import { TOKEN_STATES } from './view-states-tokens.ts'

/** One state of one or more views, and the way there. */
export interface ViewState {
  id: string
  /** what it shows: `route:…`, `dialog:…`, as in the coverage test */
  views: readonly string[]
  address?: string
  world?: StageOptions['world']
  reach?: (stage: Stage) => Promise<unknown>
}

/** Every state of every view: axe, screenshots and the coverage test go through this list. */
export const VIEW_STATES: readonly ViewState[] = [...SHELL_STATES, ...TOKEN_STATES]
