import type { Catalog } from '../../electron/local-platform/connectors/catalog/contract.ts'

export const TEST_CATALOG_ID = 'test-catalog'

/** A catalogue with one contract: an image of the tests, a secret that it must have and a greeting. */
export function testCatalog(image: string): Catalog {
  const at = image.lastIndexOf(':')
  return {
    id: TEST_CATALOG_ID,
    name: 'Test catalogue',
    description: 'Images that the tests make',
    contracts: [
      {
        title: 'Test connector',
        slug: 'test-connector',
        description: 'Prints and waits',
        short_description: 'Prints and waits',
        use_cases: [],
        verified: false,
        playbook_supported: false,
        max_confidence_level: 50,
        manager_supported: true,
        container_version: image.slice(at + 1),
        container_image: image.slice(0, at),
        container_type: 'EXTERNAL_IMPORT',
        config_schema: {
          type: 'object',
          properties: {
            TEST_SECRET: { type: 'string', format: 'password' },
            GREETING: { type: 'string', default: 'hello' },
          },
          required: ['TEST_SECRET'],
          additionalProperties: false,
        },
      },
    ],
  }
}
