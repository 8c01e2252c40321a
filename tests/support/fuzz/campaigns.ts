import type { Campaign } from './campaign.ts'
import { clientsCampaign } from './clients.ts'
import { enginesCampaign, platformsCampaign } from './composer.ts'
import { configurationCampaign } from './configuration.ts'
import { contractCampaign } from './contract.ts'
import { profileCampaign } from './profile.ts'
import { csvCampaign, redactionCampaign } from './texts.ts'

/** Everything that takes what others wrote, by the name of its row. */
export const CAMPAIGNS = {
  contract: contractCampaign,
  clients: clientsCampaign,
  platforms: platformsCampaign,
  engines: enginesCampaign,
  redaction: redactionCampaign,
  csv: csvCampaign,
  configuration: configurationCampaign,
  profile: profileCampaign,
} as const satisfies Record<string, Campaign>

export type CampaignName = keyof typeof CAMPAIGNS
