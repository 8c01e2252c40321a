import type { Connection } from '#shared/contract/connections.ts'
import { T } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'

/** What a connection is called: the reader's word for the local platform, and as a person named any other. */
export function ConnectionName({ connection }: { connection: Connection }) {
  return connection.embedded ? <T id="settings.local" /> : <ForeignText>{connection.name}</ForeignText>
}
