import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startServer } from '../../setup/server.ts'
import { browserPath } from '../browser.ts'
import { openPages } from '../page.ts'
import { followRun, noteEntries, writeMany } from '../page-events.ts'
import { type Drawn, draw, initialScripts, mostScripts, quantile } from '../page-figures.ts'
import { sizes, startFullServer } from '../page-scale.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'

/** The page over a full store: how soon it is there, whether it ever hangs, and how soon events are on the screen. */
export const page: Proof = {
  what: 'the page with 10,000 executions, 200 stages, 60 metrics × 1,440 looks and 500 events of a real server',
  whole: 500,
  limits: {
    initialScriptBytes: mostScripts,
    listPaintMs: 1_500,
    graphPaintMs: 1_500,
    reportPaintMs: 1_500,
    listLongestTaskMs: 200,
    graphLongestTaskMs: 200,
    reportLongestTaskMs: 200,
    eventToScreenP95Ms: 1_000,
    afterRestartP95Ms: 1_000,
    lost: 0,
    doubled: 0,
  },
  async run(options) {
    if (browserPath === null) throw new Error('this needs a browser; SLIPWAY_INSTALL=1 npm test installs one')
    await promisify(execFile)(process.execPath, ['setup/build.ts'])
    const bytes = { initialScriptBytes: initialScripts() }
    return {
      ...sizes,
      ...bytes,
      ...(await drawFull(browserPath, options)),
      ...(await followReal(browserPath, options)),
    }
  },
}

/** Address and what is useful of it. */
const views = {
  list: ['/executions', '[data-row]'],
  graph: ['/executions/graph-1?as=graph', '.react-flow__node'],
  report: ['/executions/report-1', 'table[aria-label^="Metrics"] tbody tr'],
} as const

async function drawFull(executablePath: string, { log }: ProofOptions): Promise<Figures> {
  const server = await startFullServer()
  const pages = await openPages(executablePath, () => server.url, `${server.url}/login#code=${server.loginCode()}`)
  try {
    const context = await pages.context()
    const drawn: [string, Drawn][] = []
    for (const [name, [address, selector]] of Object.entries(views)) {
      const tab = await pages.signedIn('/login', context)
      drawn.push([name, await draw(tab, address, selector)])
      log(`${name}: ${JSON.stringify(drawn.at(-1)![1])}`)
      await tab.close()
    }
    const figures = drawn.flatMap(([name, { paint, longestTask }]) => [
      [`${name}PaintMs`, paint],
      [`${name}LongestTaskMs`, longestTask],
    ])
    return Object.fromEntries(figures)
  } finally {
    await pages.close()
    await server.stop()
  }
}

/** A third of the events before the server is killed and started again, a third while, and a third after it. */
async function followReal(executablePath: string, { rounds, log }: ProofOptions): Promise<Figures> {
  const files = mkdtempSync(join(tmpdir(), 'slipway-page-proof-'))
  const data = join(files, 'data')
  for (const part of ['views', 'shop']) cpSync(join('test/fixtures', part), join(files, part), { recursive: true })
  writeMany(join(files, 'views/pipelines'), Math.ceil(rounds / 6))
  const settings = { data, configuration: join(files, 'views/slipway.yaml') }
  const env = { ...process.env, SLIPWAY_TEST_LINKS: 'a key of links that is long enough' }
  let server = await startServer({ ...settings, env, args: ['--stop-instances'] })
  const { pathname, hash } = new URL((await server.client.createLoginLink()).url)
  const pages = await openPages(executablePath, () => server.url, server.url + pathname + hash)
  async function restart(): Promise<void> {
    const { port } = new URL(server.url)
    await server.kill()
    server = await startServer({ ...settings, env, args: ['--stop-instances', '--port', port] })
  }
  try {
    const context = await pages.context()
    await context.addInitScript(noteEntries)
    const tab = await pages.signedIn('/executions', context)
    const before = await followRun(tab, server.client)
    const amid = await followRun(tab, server.client, restart)
    const after = await followRun(tab, server.client)
    const all = [before, amid, after]
    const sum = (part: 'events' | 'lost' | 'doubled') => all.reduce((total, one) => total + one[part], 0)
    const late = (of: readonly number[], share: number) => Math.round(quantile(of, share))
    const figures = {
      events: sum('events'),
      eventToScreenMedianMs: late(before.delays, 0.5),
      eventToScreenP95Ms: late(before.delays, 0.95),
      eventToScreenMaxMs: late(before.delays, 1),
      eventToClientP95Ms: late(before.told, 0.95),
      afterRestartMedianMs: late(after.delays, 0.5),
      afterRestartP95Ms: late(after.delays, 0.95),
      afterRestartMaxMs: late(after.delays, 1),
      lost: sum('lost'),
      doubled: sum('doubled'),
      loadAverage: Math.round(loadavg()[0]!),
    }
    log(JSON.stringify(figures))
    return figures
  } finally {
    await pages.close()
    await server.stop()
    rmSync(files, { recursive: true, force: true })
  }
}
