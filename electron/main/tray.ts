import { join } from 'node:path'
import type { Menu, NativeImage, Tray } from 'electron'
import type { Live } from '#base/live.ts'
import type { TrayFace } from '../core/notices/tray-face.ts'

export interface TrayParts {
  readonly electron: {
    readonly Tray: new (image: NativeImage) => Tray
    readonly Menu: Pick<typeof Menu, 'buildFromTemplate'>
    readonly nativeImage: { createFromPath(path: string): NativeImage }
  }
  readonly face: Live<TrayFace>
  /** holds `good.png`, `unknown.png`, `warning.png`, `danger.png`, each with its @2x */
  readonly iconFolder: string
  readonly onOpen: () => void
  /** `ends`: the mute that holds now is to end */
  readonly onMute: (ends: boolean) => void
  readonly onQuit: () => void
}

/**
 * Shows how things stand in the system's tray, by shape as well as by colour, and keeps that true. Where a desktop has no
 * tray nothing shows, and starting Gatehouse again opens its window.
 * @returns what takes the tray away
 */
export function showTray(parts: TrayParts): () => void {
  const { electron, face, iconFolder } = parts
  const iconOf = ({ level }: TrayFace): NativeImage =>
    electron.nativeImage.createFromPath(join(iconFolder, `${level}.png`))
  const tray = new electron.Tray(iconOf(face.value))
  let level = face.value.level

  const draw = (): void => {
    const now = face.value
    if (now.level !== level) tray.setImage(iconOf(now))
    level = now.level
    tray.setToolTip(now.tooltip)
    tray.setContextMenu(
      electron.Menu.buildFromTemplate([
        { label: now.tooltip.replace(/^Gatehouse · /, ''), enabled: false },
        { type: 'separator' },
        { label: now.open, click: parts.onOpen },
        { label: now.mute.label, click: () => parts.onMute(now.mute.ends) },
        { type: 'separator' },
        { label: now.quit, click: parts.onQuit },
      ]),
    )
  }
  draw()
  tray.on('click', parts.onOpen)
  const unsubscribe = face.subscribe(draw)
  return () => {
    unsubscribe()
    tray.destroy()
  }
}
