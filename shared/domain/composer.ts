/** What a composer in the app can be told, as page and core both need it. */

/** Where connectors run (C-02). */
export const ORCHESTRATORS = ['docker', 'swarm', 'portainer', 'kubernetes'] as const

/** The longest fields, in UTF-16 units. */
export const COMPOSER_LIMITS = { text: 200, address: 2_048, pem: 65_536, secret: 4_096 } as const
