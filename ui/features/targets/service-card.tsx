import type { LockView, ServiceView } from '../../../api/contract/targets.ts'
import { icons } from '../../kit/icons.tsx'
import { SafeLink } from '../../kit/safe-link.tsx'
import { Took } from '../../kit/time.tsx'
import { WeightBar } from '../../kit/weight-bar.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, paths, withSearch } from '../../router/routes.ts'
import { percent } from '../../words/numbers.ts'
import styles from './targets-page.module.css'

interface ServiceCardProps {
  target: string
  service: ServiceView
  lock: LockView | null
}

/** One service on one target: its clusters with version, health and weight, and who is changing it. */
export function ServiceCard({ target, service, lock }: ServiceCardProps) {
  const { name, url, clusters, weights, error } = service
  return (
    <section className={styles.service} aria-label={`${name} on ${target}`}>
      <div className={styles.top}>
        <h3>{name}</h3>
        {url !== null && (
          <span className={styles.url}>
            <SafeLink href={url}>{url}</SafeLink>
          </span>
        )}
        <Link to={withSearch(paths.traffic, { target, service: name })}>
          Traffic<span className="sr"> of {name}</span>
        </Link>
      </div>
      {error !== null && (
        <p className={styles.error}>
          <icons.warning /> {error}
        </p>
      )}
      {error === null && clusters.length === 0 && <p className={styles.quiet}>Nothing is deployed yet.</p>}
      {clusters.length > 0 && <WeightBar weights={weights} />}
      {clusters.length > 0 && (
        <table className={styles.clusters} aria-label={`Clusters of ${name}`}>
          <thead>
            <tr>
              <th scope="col">Cluster</th>
              <th scope="col">Version</th>
              <th scope="col">Weight</th>
              <th scope="col">Healthy</th>
            </tr>
          </thead>
          <tbody>
            {clusters.map(({ role, version, instances, ready }) => (
              <tr key={role}>
                <th scope="row">{role}</th>
                <td>
                  <code>{version}</code>
                </td>
                <td className="number">{percent(weights[role] ?? 0)}</td>
                <td className="number" data-short={ready < instances || undefined}>
                  {ready} of {instances}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {lock && <Writers lock={lock} />}
    </section>
  )
}

/** Who changes the service now, and who waits for it. */
function Writers({ lock: { holder, waiting } }: { lock: LockView }) {
  if (holder === null && waiting.length === 0) return <p className={styles.quiet}>Nobody is changing it.</p>
  return (
    <ol className={styles.writers} aria-label="Who changes it, in order">
      {[...(holder === null ? [] : [holder]), ...waiting].map((owner, index) => (
        <li key={`${owner.execution} ${owner.stage}`}>
          {index === 0 && holder !== null ? 'changed by ' : 'then '}
          <Link to={executionPath(owner.execution)}>{owner.execution}</Link>
          {owner.stage !== null && ` ${owner.stage}`}
          {owner.since !== null && (
            <>
              {', for '}
              <Took from={owner.since} to={null} />
            </>
          )}
        </li>
      ))}
    </ol>
  )
}
