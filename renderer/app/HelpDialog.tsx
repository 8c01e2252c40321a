import { Kbd } from '@mantine/core'
import '@mantine/core/styles/Kbd.layer.css'
import { useText } from '../i18n/text.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Facts } from '../ui/Facts.tsx'
import { isApple } from './apple.ts'
import { useLooks, usePage } from './page-context.tsx'
import { VIEWS } from './routes.ts'

/** Every shortcut there is. */
export function HelpDialog() {
  const text = useText()
  const { looks } = usePage()
  const singleKeys = useLooks(({ remembered }) => remembered.singleKeys)
  const command = isApple() ? '⌘' : 'Ctrl'
  const keys = (...names: string[]) => names.map((name) => <Kbd key={name}>{name}</Kbd>)
  return (
    <Dialog
      name="help"
      title={text('help.title')}
      closeLabel={text('common.close')}
      onClose={() => looks.setState({ help: false })}
    >
      <Facts
        facts={[
          { key: 'palette', name: keys(command, 'K'), value: text('help.palette') },
          { key: 'views', name: keys(command, `1…${VIEWS.length}`), value: text('help.views') },
          { key: 'views-alt', name: keys('Alt', `1…${VIEWS.length}`), value: text('help.views-alt') },
          ...(singleKeys
            ? [
                { key: 'search', name: keys('/'), value: text('help.search') },
                { key: 'help', name: keys('?'), value: text('help.help') },
              ]
            : []),
          { key: 'arrows', name: keys('↑', '↓', '←', '→'), value: text('help.arrows') },
          { key: 'enter', name: keys('Enter'), value: text('help.enter') },
          { key: 'escape', name: keys('Esc'), value: text('help.escape') },
        ]}
      />
      <p>{text(singleKeys ? 'help.single-keys' : 'help.single-keys-off')}</p>
    </Dialog>
  )
}
