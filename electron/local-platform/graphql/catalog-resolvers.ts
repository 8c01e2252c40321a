import type { Catalogs } from '../connectors/catalog/catalogs.ts'
import type { Catalog } from '../connectors/catalog/contract.ts'
import { allowed, type RequestContext } from './viewer.ts'

/** What can be deployed (opencti-api.md §5.1). */
export function catalogResolvers(catalogs: Catalogs) {
  return {
    Query: {
      catalogs: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'INGESTION')
        return catalogs.all()
      },
      catalog: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'INGESTION')
        return catalogs.byId(id)
      },
      contract: (_: unknown, { slug }: { slug: string }, context: RequestContext) => {
        allowed(context, 'INGESTION')
        const found = catalogs.bySlug(slug)
        return found && { catalog_id: found.catalog.id, contract: JSON.stringify(found.contract) }
      },
    },
    Catalog: {
      entity_type: () => 'Catalog',
      standard_id: ({ id }: Catalog) => `catalog--${id}`,
      parent_types: () => ['Basic-Object', 'Internal-Object'],
      contracts: ({ contracts }: Catalog) => contracts.map((contract) => JSON.stringify(contract)),
    },
  }
}
