import type { ConsoleClient } from '../../client.ts'
import { ChangesSection } from './ChangesSection.tsx'
import { PackagesSection } from './PackagesSection.tsx'

/** What is new, and whose programs are in it; fetched when somebody looks. */
export default function AboutDetails({ client }: { client: ConsoleClient }) {
  return (
    <>
      <ChangesSection />
      <PackagesSection client={client} />
    </>
  )
}
