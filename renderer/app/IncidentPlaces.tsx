import { IncidentsView } from '../features/incidents/IncidentsView.tsx'
import { IncidentView } from '../features/incidents/IncidentView.tsx'
import { LostDeviceView } from '../features/incidents/LostDeviceView.tsx'
import type { IncidentRoute } from './routes.ts'

/** The views of responses to incidents, on one connection. */
export default function IncidentPlaces({ route }: { route: IncidentRoute }) {
  if (route.scope === 'lost-device') return <LostDeviceView userId={route.userId} />
  return route.id === null ? <IncidentsView /> : <IncidentView key={route.id} id={route.id} />
}
