import { useRef, useState } from 'react'
import type { InboxItem } from '../../../api/contract/steering.ts'
import { icons } from '../../kit/icons.tsx'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { JudgmentDialog } from '../judgment/judgment-dialog.tsx'
import { BrokenEntry } from './broken-entry.tsx'
import { InboxEntry } from './inbox-entry.tsx'
import styles from './inbox-page.module.css'
import { useBroken, useInbox } from './queries.ts'

/** What needs a person, over all applications: the longest waiting first. */
export function InboxPage() {
  const inbox = useInbox()
  const broken = useBroken()
  const [answering, setAnswering] = useState<InboxItem | null>(null)
  const list = useRef<HTMLUListElement>(null)
  useShortcuts({ 'next-row': () => moveFocus(list.current, 1), 'previous-row': () => moveFocus(list.current, -1) })
  const items = inbox.data?.items ?? []
  const mend = broken.data ?? []
  return (
    <Page title="Inbox" heading="Needs you">
      {inbox.error && (
        <ProblemNotice what="The inbox could not be loaded." error={inbox.error} onRetry={() => inbox.refetch()} />
      )}
      {broken.error && <ProblemNotice what="Pipelines could not be checked." error={broken.error} />}
      {inbox.data && broken.data && items.length + mend.length === 0 && <Nothing />}
      <ul ref={list} className={styles.list}>
        {items.map(item => (
          <li key={`${item.execution} ${item.stage}`}>
            <InboxEntry item={item} onAnswer={() => setAnswering(item)} />
          </li>
        ))}
        {mend.map(pipeline => (
          <li key={pipeline.name}>
            <BrokenEntry pipeline={pipeline} />
          </li>
        ))}
      </ul>
      {!inbox.data && !inbox.error && <p>Loading…</p>}
      {answering && (
        <JudgmentDialog id={answering.execution} stage={answering.stage} onClose={() => setAnswering(null)} />
      )}
    </Page>
  )
}

function Nothing() {
  return (
    <div className={styles.empty}>
      <icons.check size={28} />
      <h2>Nothing waits for you</h2>
      <p>
        Judgments, held canaries, runs that errored, rollbacks that did not work and broken definitions appear here by
        themselves, and their number in the title of the tab.
      </p>
    </div>
  )
}

/** Moves the focus by one entry, to the first when none has it; stays at the ends. */
function moveFocus(list: HTMLElement | null, step: 1 | -1): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at === -1 ? rows[0] : rows[at + step]
  next?.focus()
}
