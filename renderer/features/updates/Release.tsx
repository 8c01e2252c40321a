import { Button, Progress } from '@mantine/core'
import { useIntl } from 'react-intl'
import type { UpdateFile, UpdateStatus } from '#shared/contract/updates.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import classes from './updates.module.css'

type Available = Extract<UpdateStatus, { state: 'available' }>

/** The newer release: what its publisher says, and its files for this machine. */
export function Release({
  release,
  onDownload,
}: {
  release: Available
  onDownload: (fileName: string) => void
}) {
  const text = useText()
  const intl = useIntl()
  const { download, files } = release
  const megabytes = (bytes: number): string =>
    intl.formatNumber(bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 })
  return (
    <div className={classes.release} data-testid="release">
      <p>
        <T id="updates.signed" values={{ age: <RelativeTime key="age" at={release.issuedAt} /> }} />
      </p>
      {release.notes !== '' && (
        <div className={classes.notes}>
          {release.notes.split('\n').map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that does not change
            <div key={index}>
              <ForeignText>{line}</ForeignText>
            </div>
          ))}
        </div>
      )}
      {files.length === 0 && <p>{text('updates.files-none')}</p>}
      <div className={classes.files}>
        {files.map(({ fileName, kind, size }) => (
          <Button
            key={fileName}
            variant="default"
            disabled={download?.phase === 'loading'}
            onClick={() => onDownload(fileName)}
            data-testid={`fetch-${kind}`}
          >
            <T id="updates.fetch" values={{ kind: KIND_NAMES[kind], size: megabytes(size) }} />
          </Button>
        ))}
      </div>
      {download?.phase === 'loading' && (
        <div className={classes.loading}>
          <Progress
            value={(100 * download.received) / download.size}
            aria-label={text('updates.fetching-label')}
          />
          <span>
            <T
              id="updates.fetching"
              values={{ received: megabytes(download.received), size: megabytes(download.size) }}
            />
          </span>
        </div>
      )}
      {download?.phase === 'failed' && (
        <Notice tone="danger" role="alert" title={text(`updates.why.${download.why}`)} testId="fetch-failed">
          {download.detail}
        </Notice>
      )}
      {download?.phase === 'ready' && (
        <Fetched
          path={download.path}
          kind={files.find(({ fileName }) => fileName === download.fileName)?.kind}
        />
      )}
    </div>
  )
}

/** Names of the field, the same in every language. */
const KIND_NAMES: Record<UpdateFile['kind'], string> = {
  AppImage: 'AppImage',
  deb: 'deb',
  rpm: 'rpm',
  dmg: 'dmg',
  nsis: 'exe',
}

const COMMANDS: Partial<Record<UpdateFile['kind'], string>> = {
  deb: 'sudo apt install',
  rpm: 'sudo dnf install',
}

function Fetched({ path, kind }: { path: string; kind: UpdateFile['kind'] | undefined }) {
  const text = useText()
  const command = kind && COMMANDS[kind]
  const how = command ? 'command' : kind === 'AppImage' ? 'appimage' : 'open'
  return (
    <Notice tone="good" role="status" title={text('updates.verified')} testId="fetched">
      {text(`updates.install.${how}`)}
      <div className={classes.path} translate="no">
        {command ? `${command} ${path}` : path}
      </div>
    </Notice>
  )
}
