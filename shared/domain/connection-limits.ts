/** How long what a person enters for a connection may be, in characters after trimming; the contract refuses more. */
export const ADDRESS_MAX = 2_048
/** Of the proxy's address. */
export const PROXY_MAX = 2_048
/** Of a pasted token; OpenCTI's own have 79. */
export const PASTED_TOKEN_MAX = 4_096
/** Of a PEM file; a bundle of certificates larger than that is no mistake we can help with. */
export const CA_MAX = 200_000
