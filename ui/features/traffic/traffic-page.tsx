import { NativeSelect } from '@mantine/core'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { navigate, usePlace } from '../../router/location.ts'
import { paths, withSearch } from '../../router/routes.ts'
import { useTargets } from '../targets/queries.ts'
import { ServiceTraffic } from './service-traffic.tsx'
import styles from './traffic-page.module.css'

interface Choice {
  target: string
  service: string
}

/** Where the requests of one service go, live. Which one is in the address. */
export function TrafficPage() {
  const { data, error, refetch } = useTargets()
  const { search } = usePlace()
  const choices = data?.items.flatMap(({ name, services }) =>
    services.map(one => ({ target: name, service: one.name })),
  )
  const wanted = { target: search.get('target'), service: search.get('service') }
  const found = choices?.find(one => one.target === wanted.target && one.service === wanted.service)
  const chosen = wanted.service === null ? choices?.[0] : found
  return (
    <Page
      title={chosen ? `Traffic of ${chosen.service}` : 'Traffic'}
      heading="Live traffic"
      aside={chosen && choices && choices.length > 1 && <Chooser choices={choices} chosen={chosen} />}
    >
      {error && <ProblemNotice what="The services could not be loaded." error={error} onRetry={() => refetch()} />}
      {choices?.length === 0 && <p>No target has a service. Name them in slipway.yaml.</p>}
      {choices && choices.length > 0 && !chosen && (
        <p>
          There is no service {wanted.service} on {wanted.target}. <Link to={paths.traffic}>Show another one</Link>
        </p>
      )}
      {chosen && <ServiceTraffic key={`${chosen.target} ${chosen.service}`} {...chosen} />}
      {!data && !error && <p className={styles.quiet}>Loading…</p>}
    </Page>
  )
}

function Chooser({ choices, chosen }: { choices: readonly Choice[]; chosen: Choice }) {
  const at = choices.findIndex(one => one.target === chosen.target && one.service === chosen.service)
  return (
    <NativeSelect
      aria-label="Service"
      data={choices.map(({ target, service }, index) => ({ value: String(index), label: `${service} on ${target}` }))}
      value={String(at)}
      onChange={event => navigate(withSearch(paths.traffic, { ...choices[Number(event.currentTarget.value)]! }))}
    />
  )
}
