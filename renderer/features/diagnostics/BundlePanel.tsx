import { Button } from '@mantine/core'
import { useState } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import { BundleDialog, type BundleEnvironment } from './BundleDialog.tsx'
import classes from './diagnostics.module.css'

/** The way to a file for whoever helps (S-10); what it holds is seen before it is saved. */
export function BundlePanel({ environment }: { environment: BundleEnvironment }) {
  const text = useText()
  const [open, setOpen] = useState(false)
  return (
    <Section title={text('bundle.title')}>
      <div className={classes.stack}>
        <p>{text('bundle.what')}</p>
        <p>{text('bundle.masked')}</p>
        <Button variant="default" onClick={() => setOpen(true)} data-testid="bundle-open">
          <T id="bundle.open" />
        </Button>
      </div>
      {open && <BundleDialog environment={environment} onClose={() => setOpen(false)} />}
    </Section>
  )
}
