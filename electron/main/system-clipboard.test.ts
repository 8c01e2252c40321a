import { describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { clipboardDigest } from '../core/ports/clipboard.ts'
import { keepOutOfHistory, type SystemClipboardOptions, systemClipboard } from './system-clipboard.ts'

const VALUE = 'obviously-not-a-token'
const digest = clipboardDigest(VALUE, new Uint8Array(16))

class Item {
  readonly items: Record<string, Blob>
  constructor(items: Record<string, Blob>) {
    this.items = items
  }
}

function desktop(options: Partial<SystemClipboardOptions> = {}) {
  const held = { text: '', items: [] as Item[] }
  const clipboard = systemClipboard({
    clipboard: {
      readText: async () => held.text,
      writeText: (text) => {
        held.text = text
      },
      write: async (items) => {
        held.items = items as Item[]
        held.text = (await held.items[0]?.items['text/plain']?.text()) ?? ''
      },
      clear: () => {
        held.text = ''
      },
    },
    ClipboardItem: Item,
    platform: 'linux',
    canTrust: () => true,
    ...options,
  })
  return { clipboard, held }
}

it('writes text and markers as one item where Electron can', async () => {
  const { clipboard, held } = desktop()
  await clipboard.write(new Secret(VALUE))
  expect(held.items).toHaveLength(1)
  expect(Object.keys(held.items[0]?.items ?? {})).toEqual([
    'text/plain',
    'electron application/osclipboard;format="x-kde-passwordManagerHint"',
  ])
  expect(held.text).toBe(VALUE)
})

it('writes the text alone on older versions', async () => {
  const { clipboard, held } = desktop({ ClipboardItem: undefined })
  await clipboard.write(new Secret(VALUE))
  expect(held).toEqual({ text: VALUE, items: [] })
})

it('tells its own value from another and from nothing', async () => {
  const { clipboard, held } = desktop()
  await clipboard.write(new Secret(VALUE))
  expect(await clipboard.matches(digest)).toBe('same')
  held.text = 'copied since'
  expect(await clipboard.matches(digest)).toBe('different')
  await clipboard.clear()
  expect(await clipboard.matches(digest)).toBe('different')
})

it('does not claim to know what it cannot trust', async () => {
  const { clipboard } = desktop({ canTrust: () => false })
  await clipboard.write(new Secret(VALUE))
  expect(await clipboard.matches(digest)).toBe('unknown')
})

describe('markers', () => {
  const bytes = async (platform: NodeJS.Platform) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(keepOutOfHistory(platform)).map(
          async ([name, blob]) => [/"(.+)"/.exec(name)?.[1], [...(await blob.bytes())]] as const,
        ),
      ),
    )

  it('of Windows', async () => {
    expect(await bytes('win32')).toEqual({
      ExcludeClipboardContentFromMonitorProcessing: [1],
      CanIncludeInClipboardHistory: [0, 0, 0, 0],
      CanUploadToCloudClipboard: [0, 0, 0, 0],
    })
  })

  it('of macOS', async () => {
    expect(await bytes('darwin')).toEqual({
      'org.nspasteboard.ConcealedType': [],
      'org.nspasteboard.TransientType': [],
    })
  })

  it('of Linux', async () => {
    expect(await bytes('linux')).toEqual({ 'x-kde-passwordManagerHint': [...Buffer.from('secret')] })
  })
})
