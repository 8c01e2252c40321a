/** A small catalog in the shape that XTM One answers (opencti-api.md §4.2). */
export const INTENT_CATALOG = [
  {
    intent: 'global.assistant',
    description: 'Answers questions about the platform',
    agents: [
      {
        agent_id: '00000000-0000-4000-8000-000000000001',
        agent_name: 'Stand-in assistant',
        agent_slug: 'stand-in-assistant',
        agent_description: 'Shows that the registration works; answers nothing.',
        priority: 0,
      },
    ],
  },
  { intent: 'global.summarize', description: null, agents: [] },
  { intent: 'cti.container_summary', description: null, agents: [] },
]
