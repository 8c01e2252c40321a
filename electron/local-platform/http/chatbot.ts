/** What `/chatbot/config` answers (opencti-api.md §4.3). */
export interface ChatbotAnswer {
  readonly status: 200 | 400 | 403
  readonly body: object
}

export interface ChatbotFacts {
  /** Enterprise Edition can be used; this platform's terms need no acceptance */
  readonly isEnabled: boolean
  readonly xtmOneUrl: string | null
  /** address and token are both set */
  readonly isConfigured: boolean
}

/** The address of XTM One, for those who are logged in. */
export function chatbotConfig(isLoggedIn: boolean, facts: ChatbotFacts): ChatbotAnswer {
  if (!isLoggedIn) return { status: 403, body: { error: 'You are not allowed to do this' } }
  if (!facts.isEnabled) return { status: 400, body: { error: 'Chatbot is not enabled' } }
  return {
    status: 200,
    body: { xtm_one_url: facts.xtmOneUrl, xtm_one_configured: facts.isConfigured },
  }
}
