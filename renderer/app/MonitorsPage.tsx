import type { Connection } from '#shared/contract/connections.ts'
import { HeartbeatProvider } from '../features/heartbeat/context.tsx'
import { MonitorsView } from '../features/heartbeat/MonitorsView.tsx'
import { usePage } from './page-context.tsx'

/** The monitors of the connection, a step below the overview. */
export default function MonitorsPage({ connection }: { connection: Connection }) {
  const { heartbeat, router } = usePage()
  return (
    <HeartbeatProvider store={heartbeat}>
      <MonitorsView connection={connection} onBack={() => router.go({ view: 'overview', part: 'now' })} />
    </HeartbeatProvider>
  )
}
