import { type Clipboard, isOfDigest } from '../core/ports/clipboard.ts'

/** Electron's clipboard, of 44 and later (promises) and before (plain values). */
interface ElectronClipboard {
  readText(): string | Promise<string>
  writeText(text: string): void | Promise<void>
  write(data: never): void | Promise<void>
  clear(): void
}

type ItemClass = new (items: Record<string, Blob>) => object

export interface SystemClipboardOptions {
  readonly clipboard: ElectronClipboard
  /** Electron's ClipboardItem; absent before 44, where the markers cannot be written together with the text */
  readonly ClipboardItem: ItemClass | undefined
  readonly platform: NodeJS.Platform
  /**
   * Whether reading back tells the truth now. On Wayland an unfocused window's read is answered from Chromium's own
   * memory, and its writes are dropped without a word.
   */
  readonly canTrust: () => boolean
}

export function systemClipboard(options: SystemClipboardOptions): Clipboard {
  const { clipboard, ClipboardItem, platform, canTrust } = options
  return {
    async write(secret) {
      const text = secret.expose()
      if (ClipboardItem) {
        const item = new ClipboardItem({ 'text/plain': textBlob(text), ...keepOutOfHistory(platform) })
        await clipboard.write([item] as never)
      } else {
        await clipboard.writeText(text)
      }
    },
    async matches(digest) {
      if (!canTrust()) return 'unknown'
      return isOfDigest(await clipboard.readText(), digest) ? 'same' : 'different'
    },
    async clear() {
      clipboard.clear()
    },
  }
}

/**
 * Formats that ask the system's clipboard history, cloud clipboard and clipboard managers to leave an item alone.
 * SECURITY: keys are constants; a name from outside could address any format of the system's clipboard.
 */
export function keepOutOfHistory(platform: NodeJS.Platform): Record<string, Blob> {
  const zero = new Uint8Array(4)
  if (platform === 'win32') {
    return {
      [osFormat('ExcludeClipboardContentFromMonitorProcessing')]: new Blob([new Uint8Array([1])]),
      [osFormat('CanIncludeInClipboardHistory')]: new Blob([zero]),
      [osFormat('CanUploadToCloudClipboard')]: new Blob([zero]),
    }
  }
  if (platform === 'darwin') {
    return {
      [osFormat('org.nspasteboard.ConcealedType')]: new Blob([]),
      [osFormat('org.nspasteboard.TransientType')]: new Blob([]),
    }
  }
  return { [osFormat('x-kde-passwordManagerHint')]: new Blob(['secret']) }
}

function osFormat(name: string): string {
  return `electron application/osclipboard;format="${name}"`
}

function textBlob(text: string): Blob {
  return new Blob([text], { type: 'text/plain' })
}
