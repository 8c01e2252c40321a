import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { interface as dbus, Message, type MessageBus, sessionBus, Variant } from '@jellybrick/dbus-next'
import { until } from './until.ts'

/** A session bus of its own, with Debian's dunst to show notifications and a small watcher of tray items on it. */
export interface DesktopBus {
  readonly address: string
  /** What dunst was asked to show, in order. */
  readonly notifications: readonly {
    readonly summary: string
    readonly body: string
    readonly urgency: string
  }[]
  /** The tray items that were registered and are there still. */
  items(): Promise<TrayItem[]>
  dispose(): Promise<void>
}

export interface TrayItem {
  /** a property of org.kde.StatusNotifierItem */
  property(name: string): Promise<unknown>
  /** the colour that most of the picture has, as `#rrggbb` */
  colour(): Promise<string>
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const ITEM = 'org.kde.StatusNotifierItem'

export async function startDesktopBus(): Promise<DesktopBus> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bus-'))
  const configuration = join(folder, 'bus.conf')
  writeFileSync(configuration, CONFIGURATION)
  const daemon = spawn('dbus-daemon', ['--config-file', configuration, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const address = await firstLine(daemon)
  const bus = sessionBus({ busAddress: address })
  const items: { service: string; path: string }[] = []
  await watchTray(bus, items)
  const dunst = spawn('dunst', ['-print', '-config', '/dev/null'], {
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: address },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const notifications = listen(dunst)
  await until('dunst shows notifications', () => hasOwner(bus, 'org.freedesktop.Notifications'))
  return {
    address,
    notifications,
    async items() {
      const alive = []
      for (const item of items) if (await hasOwner(bus, item.service)) alive.push(item)
      return alive.map((item) => trayItem(bus, item))
    },
    async dispose() {
      bus.disconnect()
      await Promise.all([end(dunst), end(daemon)])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts nothing by itself: a keychain that is woken here would ask somebody for a password. */
const CONFIGURATION = `<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=${tmpdir()}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** Answers as a desktop's tray would, which is what makes an app register its item. */
async function watchTray(bus: MessageBus, items: { service: string; path: string }[]): Promise<void> {
  bus.addMethodHandler((message) => {
    if (message.interface === WATCHER && message.member === 'RegisterStatusNotifierItem') {
      const [named = ''] = message.body as string[]
      items.push(
        named.startsWith('/')
          ? { service: message.sender, path: named }
          : { service: named, path: '/StatusNotifierItem' },
      )
      bus.send(Message.newMethodReturn(message))
      return true
    }
    if (message.interface === 'org.freedesktop.DBus.Properties' && message.member === 'Get') {
      const answers: Record<string, Variant> = {
        IsStatusNotifierHostRegistered: new Variant('b', true),
        RegisteredStatusNotifierItems: new Variant('as', []),
        ProtocolVersion: new Variant('i', 0),
      }
      const answer = answers[String(message.body[1])]
      if (!answer) return false
      bus.send(Message.newMethodReturn(message, 'v', [answer]))
      return true
    }
    return false
  })
  // Something has to stand at the path, or the library answers for it.
  bus.export('/StatusNotifierWatcher', new dbus.Interface('org.gatehouse.TestWatcher'))
  await bus.requestName(WATCHER)
}

function trayItem(bus: MessageBus, { service, path }: { service: string; path: string }): TrayItem {
  const property = async (name: string): Promise<unknown> => {
    const answer = await bus.call(
      new Message({
        destination: service,
        path,
        interface: 'org.freedesktop.DBus.Properties',
        member: 'Get',
        signature: 'ss',
        body: [ITEM, name],
      }),
    )
    return (answer?.body[0] as Variant | undefined)?.value
  }
  return {
    property,
    async colour() {
      const [picture] = (await property('IconPixmap')) as [number, number, Uint8Array][]
      const counts = new Map<string, number>()
      const bytes = Buffer.from(picture?.[2] ?? [])
      for (let at = 0; at + 3 < bytes.length; at += 4) {
        // Alpha, red, green, blue.
        if ((bytes[at] ?? 0) < 250) continue
        const colour = `#${bytes.subarray(at + 1, at + 4).toString('hex')}`
        counts.set(colour, (counts.get(colour) ?? 0) + 1)
      }
      return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'none'
    },
  }
}

async function hasOwner(bus: MessageBus, name: string): Promise<boolean> {
  const answer = await bus.call(
    new Message({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'NameHasOwner',
      signature: 's',
      body: [name],
    }),
  )
  return answer?.body[0] === true
}

/** Reads what `dunst -print` writes of each notification. */
function listen(dunst: ChildProcess) {
  const notifications: { summary: string; body: string; urgency: string }[] = []
  let open: { summary: string; body: string; urgency: string } | null = null
  if (dunst.stdout)
    createInterface({ input: dunst.stdout }).on('line', (line) => {
      const [, name = '', value = ''] = /^\s*(summary|body|urgency): '?(.*?)'?$/.exec(line) ?? []
      if (name === 'summary') {
        open = { summary: value, body: '', urgency: '' }
        notifications.push(open)
      } else if (open && name === 'body') open.body = value
      else if (open && name === 'urgency') open.urgency = value
    })
  return notifications
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve)
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}
