import { Button } from '@mantine/core'
import { useState } from 'react'
import type { InboxItem } from '../../../api/contract/steering.ts'
import { type IconName, icons } from '../../kit/icons.tsx'
import { Left, Took } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, withSearch } from '../../router/routes.ts'
import { SteerById } from '../steering/steer-by-id.tsx'
import { labels, type Steering } from '../steering/steering.ts'
import styles from './inbox-page.module.css'

interface Kind {
  icon: IconName
  tone: 'person' | 'warn' | 'bad'
  what: string
  acts: readonly Steering[]
}

/** What each kind of thing asks for. */
const kinds = {
  judgment: { icon: 'person', tone: 'person', what: 'asks for a judgment', acts: [] },
  held: { icon: 'hand', tone: 'person', what: 'holds its canary', acts: ['promote', 'rollback'] },
  errored: { icon: 'warning', tone: 'warn', what: 'errored', acts: ['retry', 'rollback'] },
  'rollback-failed': { icon: 'warning', tone: 'bad', what: 'could not be rolled back', acts: ['retry', 'rollback'] },
} as const satisfies Record<InboxItem['kind'], Kind>

/** One thing that waits for a person, and what can be done about it right here. */
export function InboxEntry({ item, onAnswer }: { item: InboxItem; onAnswer: () => void }) {
  const [asking, setAsking] = useState<Steering | null>(null)
  const { execution, pipeline, application, stage, since, reason, judgment } = item
  const { icon, tone, what, acts } = kinds[item.kind]
  const Icon = icons[icon]
  return (
    <article className={styles.entry} data-tone={tone}>
      <span className={styles.icon}>
        <Icon size={20} />
      </span>
      <div className={styles.words}>
        <h2>
          <Link to={withSearch(executionPath(execution), { stage })} data-row>
            {pipeline}
          </Link>{' '}
          <span className={styles.what}>
            {stage} {what}
          </span>
        </h2>
        {(judgment?.instructions ?? reason) && <p className={styles.reason}>{judgment?.instructions ?? reason}</p>}
        <p className={styles.facts}>
          <span>{application}</span>
          {since !== null && (
            <span>
              for <Took from={since} to={null} />
            </span>
          )}
          {judgment && (
            <>
              <span>
                {judgment.given.length} of {judgment.approvals} approvals
              </span>
              <span>
                <Left until={judgment.until} /> left
              </span>
            </>
          )}
        </p>
      </div>
      <div className={styles.acts}>
        {judgment && <Button onClick={onAnswer}>Answer…</Button>}
        {acts.map(act => (
          <Button key={act} variant="default" onClick={() => setAsking(act)}>
            {labels[act]}…
          </Button>
        ))}
      </div>
      {asking && <SteerById id={execution} act={asking} stage={stage} onClose={() => setAsking(null)} />}
    </article>
  )
}
