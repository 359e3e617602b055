import { Button, Switch } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../kit/dialog.tsx'
import styles from './help-dialog.module.css'
import { enableShortcuts, type ShortcutName, shortcuts, shortcutsEnabled } from './shortcuts.ts'

/** What the keys do, and the switch that turns them off. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const [enabled, setEnabled] = useState(shortcutsEnabled)
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className={styles.keys}>
        {(Object.keys(shortcuts) as ShortcutName[]).map(name => (
          <div key={name}>
            <dt>
              <kbd>{shortcuts[name].key}</kbd>
            </dt>
            <dd>{shortcuts[name].what}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>Open what has the focus</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close a dialog, leave the search box</dd>
        </div>
      </dl>
      <Switch
        label="Keys work"
        checked={enabled}
        onChange={event => {
          enableShortcuts(event.currentTarget.checked)
          setEnabled(event.currentTarget.checked)
        }}
      />
      <div className={styles.end}>
        <Button variant="default" onClick={onClose} data-first>
          Close
        </Button>
      </div>
    </Dialog>
  )
}
