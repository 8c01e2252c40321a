import '../raw-imports.ts'
import { parentPort, workerData } from 'node:worker_threads'
import type { FuzzOrder } from './campaign.ts'
import type { CampaignName } from './campaigns.ts'

// Most cases end in an error, and long stacks cost a third of the campaign.
Error.stackTraceLimit = 1
const { name, order } = workerData as { name: CampaignName; order: FuzzOrder }
const { CAMPAIGNS } = await import('./campaigns.ts')
parentPort?.postMessage(await CAMPAIGNS[name](order))
