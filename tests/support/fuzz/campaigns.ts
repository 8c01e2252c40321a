import type { Campaign } from './campaign.ts'
import { clientsCampaign } from './clients.ts'
import { enginesCampaign, platformsCampaign } from './composer.ts'
import { configurationCampaign } from './configuration.ts'
import { contractCampaign } from './contract.ts'
import { kubernetesCampaign } from './kubernetes.ts'
import { profileCampaign } from './profile.ts'
import { csvCampaign, redactionCampaign } from './texts.ts'
import { xtmOneCampaign } from './xtm-one.ts'

/** Everything that takes what others wrote, by the name of its row. */
export const CAMPAIGNS = {
  contract: contractCampaign,
  clients: clientsCampaign,
  xtmOne: xtmOneCampaign,
  platforms: platformsCampaign,
  engines: enginesCampaign,
  kubernetes: kubernetesCampaign,
  redaction: redactionCampaign,
  csv: csvCampaign,
  configuration: configurationCampaign,
  profile: profileCampaign,
} as const satisfies Record<string, Campaign>

export type CampaignName = keyof typeof CAMPAIGNS
