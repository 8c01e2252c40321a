/**
 * Ways to hand a token over (T-08). Each reads it from the environment: no snippet can hold its value, because none is given
 * to what makes them.
 */
export const HAND_OFF_FORMATS = ['curl', 'pycti', 'dotenv', 'compose', 'kubernetes'] as const
export type HandOffFormat = (typeof HAND_OFF_FORMATS)[number]

/**
 * The snippet, ending without a line's end.
 * @param url the platform's address, without a slash at its end
 */
export function handOff(format: HandOffFormat, url: string): string {
  return SNIPPETS[format](url).join('\n')
}

/** Asks for the token without showing it, and keeps it out of the shell's history. */
const ASK = ['read -rsp "Token: " OPENCTI_TOKEN && export OPENCTI_TOKEN']

const SNIPPETS: Record<HandOffFormat, (url: string) => string[]> = {
  // The header comes by standard input: what stands in a command line, every user of the machine can read.
  curl: (url) => [
    ...ASK,
    `curl -sS ${shellWord(`${url}/graphql`)} -H @- -H 'Content-Type: application/json' \\`,
    `  -d '{"query":"{ me { name } }"}' <<EOF`,
    'Authorization: Bearer $OPENCTI_TOKEN',
    'EOF',
  ],
  pycti: (url) => [
    'import os',
    '',
    'from pycti import OpenCTIApiClient',
    '',
    `client = OpenCTIApiClient(${JSON.stringify(url)}, os.environ["OPENCTI_TOKEN"])`,
  ],
  dotenv: (url) => [
    ...ASK,
    `(umask 077 && printf 'OPENCTI_URL=%s\\nOPENCTI_TOKEN=%s\\n' ${shellWord(url)} "$OPENCTI_TOKEN" > .env)`,
  ],
  compose: (url) => [
    'services:',
    '  connector:',
    '    environment:',
    `      OPENCTI_URL: ${JSON.stringify(url.replaceAll('$', '$$$$'))}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own placeholder
    '      OPENCTI_TOKEN: ${OPENCTI_TOKEN:?set it in the environment}',
  ],
  kubernetes: (url) => [
    ...ASK,
    `printf %s "$OPENCTI_TOKEN" | kubectl create secret generic opencti \\`,
    `  --from-literal=url=${shellWord(url)} --from-file=token=/dev/stdin`,
  ],
}

/** One word of a POSIX shell, whatever is in it. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
