import type { ViewState } from './view-state.ts'
import { ABOUT_STATES } from './view-states-about.ts'
import { ACTIVITY_STATES } from './view-states-activity.ts'
import { BUNDLE_STATES } from './view-states-bundle.ts'
import { CONNECTOR_STATES } from './view-states-connectors.ts'
import { HAND_OFF_STATES } from './view-states-hand-off.ts'
import { INCIDENT_STATES } from './view-states-incidents.ts'
import { INVENTORY_STATES } from './view-states-inventory.ts'
import { LOCAL_XTM_ONE_STATES } from './view-states-local-xtm-one.ts'
import { MONITOR_STATES } from './view-states-monitors.ts'
import { OPENAEV_STATES } from './view-states-openaev.ts'
import { OVERVIEW_STATES } from './view-states-overview.ts'
import { POLICY_STATES } from './view-states-policy.ts'
import { REGISTRATION_STATES } from './view-states-registration.ts'
import { REVIEW_STATES } from './view-states-review.ts'
import { SHELL_STATES } from './view-states-shell.ts'
import { TOKEN_STATES } from './view-states-tokens.ts'
import { TRIAGE_STATES } from './view-states-triage.ts'
import { UPDATES_STATES } from './view-states-updates.ts'
import { UPKEEP_STATES } from './view-states-upkeep.ts'

/** Every state of every view: axe, screenshots and the coverage test go through this list. */
export const VIEW_STATES: readonly ViewState[] = [
  ...SHELL_STATES,
  ...TOKEN_STATES,
  ...HAND_OFF_STATES,
  ...UPKEEP_STATES,
  ...INVENTORY_STATES,
  ...REVIEW_STATES,
  ...POLICY_STATES,
  ...REGISTRATION_STATES,
  ...OVERVIEW_STATES,
  ...LOCAL_XTM_ONE_STATES,
  ...MONITOR_STATES,
  ...INCIDENT_STATES,
  ...TRIAGE_STATES,
  ...CONNECTOR_STATES,
  ...OPENAEV_STATES,
  ...ACTIVITY_STATES,
  ...BUNDLE_STATES,
  ...ABOUT_STATES,
  ...UPDATES_STATES,
]
