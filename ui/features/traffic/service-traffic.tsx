import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { significant } from '../../words/numbers.ts'
import { FlowDiagram } from './flow-diagram.tsx'
import { failingOf, latencyOf, rateOf } from './flow-words.ts'
import { type Flow, flowsOf, totalRate } from './flows.ts'
import { useTraffic } from './queries.ts'
import styles from './traffic-page.module.css'

/** The flow of one service as a moving picture and as numbers. */
export function ServiceTraffic({ target, service }: { target: string; service: string }) {
  const { data, error, refetch } = useTraffic(target, service)
  const flows = data ? flowsOf(data) : []
  const total = totalRate(flows)
  return (
    <Panel
      title={`${service} on ${target}`}
      aside={total !== null && <span className={styles.total}>{rateOf(total)}</span>}
    >
      {error && <ProblemNotice what="The traffic could not be read." error={error} onRetry={() => refetch()} />}
      {data && flows.length === 0 && <p className={styles.quiet}>Nothing is deployed yet, so nothing flows.</p>}
      {data?.uncounted && <p className={styles.quiet}>Only weights are shown: {data.uncounted}.</p>}
      {flows.length > 0 && (
        <>
          <FlowDiagram service={service} flows={flows} />
          <FlowTable service={service} flows={flows} />
        </>
      )}
      {!data && !error && <p className={styles.quiet}>Loading…</p>}
    </Panel>
  )
}

function FlowTable({ service, flows }: { service: string; flows: readonly Flow[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.scroll} aria-label={`Traffic of ${service} in numbers`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Cluster</th>
            <th scope="col">Version</th>
            <th scope="col">Weight</th>
            <th scope="col">Requests</th>
            <th scope="col">Failing</th>
            <th scope="col">Median</th>
            <th scope="col">99 %</th>
          </tr>
        </thead>
        <tbody>
          {flows.map(({ role, version, weight, measured }) => (
            <tr key={role}>
              <th scope="row">
                <span className={styles.swatch} data-role={role} />
                {role}
              </th>
              <td>
                <code>{version}</code>
              </td>
              <td>{significant(weight)} %</td>
              <td>{measured ? rateOf(measured.rate) : '–'}</td>
              <td data-bad={(measured?.failing ?? 0) > 0.01 || undefined}>{failingOf(measured)}</td>
              <td>{latencyOf(measured?.median)}</td>
              <td>{latencyOf(measured?.p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
