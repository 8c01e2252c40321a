/** The nonce that the host gave this load; '' where there is none (tests, the development server). */
export function styleNonce(): string {
  // By property: browsers hide the attribute's value from scripts that read it as text.
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}
