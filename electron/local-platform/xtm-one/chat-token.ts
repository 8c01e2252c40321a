import { seal } from '#base/crypto.ts'
import type { ChatTokenStore } from '../../xtm-one/ports.ts'
import type { PlatformValues } from '../database/platform-values.ts'

const NAME = 'xtm_one_chat_token'

/** `chat_web_token` of the last answer. SECURITY: sealed under a key that lies outside of the database. */
export function chatTokenStore(values: PlatformValues, key: Uint8Array): ChatTokenStore {
  return {
    async keepChatToken(token) {
      if (token === null) values.remove(NAME)
      else values.write(NAME, seal(key, Buffer.from(token.expose()), NAME).toString('base64'))
    },
  }
}
