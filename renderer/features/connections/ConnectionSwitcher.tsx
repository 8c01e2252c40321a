import { Menu } from '@mantine/core'
import { T, useText } from '../../i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { ConnectionMark } from './ConnectionMark.tsx'
import { ConnectionName } from './ConnectionName.tsx'
import classes from './connections.module.css'
import { useConnections, useConnectionsActions, useConnectionsEnvironment } from './context.tsx'

/** Which platform one is on, and the others. */
export function ConnectionSwitcher({ onManage }: { onManage: () => void }) {
  const text = useText()
  const list = useConnections((state) => state.list)
  const { activeId, lost, onActivate } = useConnectionsEnvironment()
  const actions = useConnectionsActions()
  const active = list?.find(({ id }) => id === activeId)
  return (
    <Menu position="bottom-start" width={280} offset={2} withinPortal={false}>
      <Menu.Target>
        <button type="button" className={classes.switcher} data-testid="switcher">
          <span className={classes.spoken}>
            <T id="connection.active" />
          </span>
          <span className={classes.switcherText}>
            <span className={classes.switcherName}>
              {active ? <ConnectionName connection={active} /> : <T id="connection.none" />}
            </span>
            {active && <ConnectionMark state={active.state} lost={lost} />}
          </span>
          <Icon name="down" />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={text('connection.list')}>
        {list?.map((connection) => (
          <Menu.Item
            key={connection.id}
            onClick={() => onActivate(connection.id)}
            rightSection={connection.id === activeId ? <Icon name="check" /> : undefined}
            aria-current={connection.id === activeId ? 'true' : undefined}
          >
            <span className={classes.item}>
              <span className={classes.switcherName}>
                <ConnectionName connection={connection} />
              </span>
              <ConnectionMark state={connection.state} lost={lost} />
            </span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => actions.open({ name: 'add-connection' })}
          leftSection={<Icon name="plus" />}
        >
          <T id="connection.add" />
        </Menu.Item>
        <Menu.Item onClick={onManage}>
          <T id="connection.manage" />
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
