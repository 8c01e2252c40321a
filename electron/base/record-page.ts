/** What pages for the record share: a signed file rendered to read and to print, without script and without anything loaded. */

/** What ties the page to the signed file. */
export interface Seal {
  /** SHA-256 of the signed JSON file, hex */
  readonly digest: string
  readonly fingerprint: string
  /** name of the signed file */
  readonly file: string
}

/** `2026-09-22 08:30:00 UTC` of an ISO 8601 time. */
export const utc = (time: string): string => time.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Characters that steer the direction of text, and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** SECURITY: names are their owners' words: as text they become nothing but text, and turn no line around. */
export function text(value: string): string {
  return value.replace(STEERING, '\uFFFD').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}

export const STYLE = `
:root { color-scheme: light; }
body { font: 13px/1.5 Inter, system-ui, sans-serif; color: #1f262d; max-width: 1080px; margin: 32px auto; padding: 0 24px; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 15px; margin: 28px 0 8px; }
.lead { font-size: 15px; margin: 4px 0 20px; }
.rehearsal, .warning { border-left: 3px solid #6b4a00; background: #fbf0d3; padding: 6px 10px; margin: 0 0 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 16px; }
dt { color: #59636e; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #59636e; font-size: 12px; }
th, td { padding: 4px 8px 4px 0; border-bottom: 1px solid #d5dae0; vertical-align: top; overflow-wrap: anywhere; }
small { color: #59636e; } code { font-family: "JetBrains Mono", ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; }
td.passed { color: #0b5a43; } td.failed, tr.failed > td:nth-child(4) { color: #8f1d14; font-weight: 600; }
ol { padding-left: 20px; } footer { margin-top: 28px; color: #59636e; font-size: 12px; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`
