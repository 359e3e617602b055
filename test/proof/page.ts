import { browserPath } from '../browser.ts'
import { openPages } from '../page.ts'
import { type Drawn, draw, p95 } from '../page-figures.ts'
import { noteArrivals, sendEvents, sizes, startFullServer } from '../page-scale.ts'
import type { Proof } from './proof.ts'

/** The page over a full store: how soon it is there, whether it ever hangs, and how soon events are on the screen. */
export const page: Proof = {
  what: 'the page with 10,000 executions, 200 stages, 60 metrics × 1,440 looks and 500 events',
  whole: 500,
  async run({ rounds, log }) {
    if (browserPath === null) throw new Error('this needs a browser; SLIPWAY_INSTALL=1 npm test installs one')
    const server = await startFullServer()
    const pages = await openPages(browserPath, () => server.url, `${server.url}/login#code=${server.loginCode()}`)
    const drawn: Record<string, Drawn> = {}
    try {
      const context = await pages.context()
      for (const [name, [address, selector]] of Object.entries(views)) {
        const tab = await pages.signedIn('/audit', context)
        drawn[name] = await draw(tab, address, selector)
        log(`${name}: ${JSON.stringify(drawn[name])}`)
        await tab.close()
      }
      await context.addInitScript(noteArrivals)
      const tab = await pages.signedIn(`/executions/${small}`, context)
      await tab.getByRole('region', { name: 'Timeline' }).waitFor()
      const order = { execution: small, from: 0, to: rounds, pause: 40 }
      const arrivals = await sendEvents(tab, server.store, order)
      return {
        ...sizes,
        ...Object.fromEntries(
          Object.entries(drawn).flatMap(([name, { paint, longestTask }]) => [
            [`${name}PaintMs`, paint],
            [`${name}LongestTaskMs`, longestTask],
          ]),
        ),
        events: rounds,
        eventToScreenP95Ms: Math.round(p95(arrivals.delays)),
        eventToScreenMaxMs: Math.round(Math.max(...arrivals.delays)),
        lost: arrivals.lost,
        doubled: arrivals.doubled,
      }
    } finally {
      await pages.close()
      await server.stop()
    }
  },
}

const small = 'shop-000000009999'

/** Address and what is useful of it. */
const views = {
  list: ['/executions', '[data-row]'],
  graph: ['/executions/graph-1?as=graph', '.react-flow__node'],
  report: ['/executions/report-1', 'table[aria-label^="Metrics"] tbody tr'],
} as const
