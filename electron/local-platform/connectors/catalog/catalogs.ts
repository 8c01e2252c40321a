import { BUILT_IN_CATALOGS } from './built-in.ts'
import { type Catalog, type Contract, isOfOpenAev } from './contract.ts'

export interface FoundContract {
  readonly catalog: Catalog
  readonly contract: Contract
}

/** The contracts to choose from. */
export interface Catalogs {
  all(): readonly Catalog[]
  byId(id: string): Catalog | null
  bySlug(slug: string): FoundContract | null
  /** @param image with or without a version */
  byImage(catalogId: string | null, image: string | null): FoundContract | null
}

/** @param withOpenAev false: a platform that stands for OpenCTI has no collectors and injectors */
export function catalogs(custom: readonly Catalog[], withOpenAev: boolean): Catalogs {
  const all = [...BUILT_IN_CATALOGS, ...custom]
    .map((catalog) => ({
      ...catalog,
      contracts: catalog.contracts.filter((contract) => withOpenAev || !isOfOpenAev(contract)),
    }))
    .filter(({ contracts }) => contracts.length > 0)
  const byId = (id: string | null): Catalog | null => all.find((catalog) => catalog.id === id) ?? null
  return {
    all: () => all,
    byId,
    bySlug(slug) {
      for (const catalog of all) {
        const contract = catalog.contracts.find((each) => each.slug === slug)
        if (contract) return { catalog, contract }
      }
      return null
    },
    byImage(catalogId, image) {
      const catalog = byId(catalogId)
      const wanted = image === null ? '' : withoutVersion(image)
      const contract = catalog?.contracts.find(({ container_image }) => container_image === wanted)
      return catalog && contract ? { catalog, contract } : null
    },
  }
}

/** `<image>:<version>`, as a composer deploys it. */
export const imageOf = ({ container_image, container_version }: Contract): string =>
  `${container_image}:${container_version}`

/** `registry:5000/name:1.2` → `registry:5000/name`. */
const withoutVersion = (image: string): string => image.replace(/:[^:/]*$/, '')
