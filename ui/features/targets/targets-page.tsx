import type { LockView, TargetView } from '../../../api/contract/targets.ts'
import { Page } from '../../kit/page.tsx'
import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Breakers } from './breakers.tsx'
import { Dependencies } from './dependencies.tsx'
import { useLocks, useTargets } from './queries.ts'
import { Queues } from './queues.tsx'
import { ServiceCard } from './service-card.tsx'
import { Stops } from './stops.tsx'
import styles from './targets-page.module.css'

/** What runs where, who is changing it, and whether what the server depends on answers. */
export function TargetsPage() {
  const { data, error, refetch } = useTargets()
  const locks = useLocks()
  return (
    <Page title="Targets" heading="Targets">
      <Dependencies />
      <Breakers />
      <Stops />
      {error && <ProblemNotice what="The targets could not be loaded." error={error} onRetry={() => refetch()} />}
      {locks.error && <ProblemNotice what="Who changes what is not known." error={locks.error} />}
      {data?.items.length === 0 && (
        <div className={styles.empty}>
          <h2>This server has no target</h2>
          <p>
            Name the places to deploy to under <code>targets</code> in <code>slipway.yaml</code>.
          </p>
        </div>
      )}
      {data?.items.map(target => (
        <Target key={target.name} target={target} locks={locks.data?.items ?? []} />
      ))}
      <Queues queues={locks.data?.queues ?? []} />
      {!data && !error && <p>Loading…</p>}
    </Page>
  )
}

function Target({ target, locks }: { target: TargetView; locks: readonly LockView[] }) {
  const { name, type, environment, region, services } = target
  return (
    <Panel
      title={
        <>
          {name}
          <span className={styles.kind}>{[type, environment, region].filter(Boolean).join(' · ')}</span>
        </>
      }
    >
      {services.length === 0 && <p className={styles.quiet}>No service is named for it.</p>}
      <ul className={styles.services}>
        {services.map(service => (
          <li key={service.name}>
            <ServiceCard
              target={name}
              service={service}
              lock={locks.find(one => one.target === name && one.service === service.name) ?? null}
            />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
