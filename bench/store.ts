import { batch, entry, event, request } from '../store/contract/samples.ts'
import { openStore } from '../store/postgres.ts'
import type { ExecutionFilter, Store } from '../store/store.ts'
import { startPglite } from '../test/pglite.ts'
import { postgresMissing, startPostgres } from '../test/postgres.ts'
import { residentOf } from '../test/proof/resident.ts'
import { fill } from './store/fill.ts'
import { rate, timed } from './store/measure.ts'

/**
 * `npm run bench -- store`: one JSON line a figure, then a table. Ends with 1 when any list at 100,000 executions takes
 * more than four times as long as the newest page at 1,000.
 */
interface Figure {
  database: string
  what: string
  value: number
  unit: string
  p99?: number
  missed?: boolean
}

const sizes = [1_000, 100_000]
const newest = 'newest 50'
const figures: Figure[] = []

function report(figure: Figure) {
  figures.push(figure)
  console.log(JSON.stringify(figure))
}

const pglite = await startPglite()
try {
  await measure('PGlite', pglite.url)
  report({ database: 'PGlite', what: 'memory with 100,000 executions', value: memory(pglite.child().pid!), unit: 'MB' })
  for (const [what, end] of [
    ['restart after kill -9', pglite.stop],
    ['restart after SIGTERM', pglite.end],
  ] as const) {
    await end()
    const began = performance.now()
    await pglite.start()
    report({ database: 'PGlite', what, value: performance.now() - began, unit: 'ms' })
  }
  report({ database: 'PGlite', what: 'memory after a restart', value: memory(pglite.child().pid!), unit: 'MB' })
} finally {
  await pglite.remove()
}

const missing = postgresMissing()
if (missing !== null) console.error(`skipped: ${missing}`)
if (missing === null) {
  const postgres = await startPostgres()
  try {
    await measure('PostgreSQL', postgres.url)
  } finally {
    await postgres.remove()
  }
}

console.log()
for (const { database, what, value, unit, p99, missed } of figures) {
  const also = p99 === undefined ? '' : `, p99 ${p99.toFixed(1)} ms`
  console.log(`${database.padEnd(12)}${what.padEnd(52)}${value.toFixed(1)} ${unit}${also}${missed ? '  MISSED' : ''}`)
}
process.exitCode = figures.some(figure => figure.missed) ? 1 : 0

async function measure(database: string, url: string): Promise<void> {
  const store = await openStore(url)
  try {
    await measureWrites(database, store)
    let onePage = Number.POSITIVE_INFINITY
    for (const size of sizes) {
      await fill(url, size)
      for (const [what, list] of Object.entries(lists(store, size))) {
        const { p50, p99 } = await timed(100, list)
        if (what === newest && size === sizes[0]) onePage = p50
        report({ database, what: `${what} of ${size}`, value: p50, unit: 'ms', p99, missed: !(p50 <= 4 * onePage) })
      }
    }
  } finally {
    await store.close()
  }
}

async function measureWrites(database: string, store: Store): Promise<void> {
  const perSecond = (what: string, value: number) => report({ database, what, value, unit: '/s' })
  const record = (caller: number, index: number) => {
    const id = `writer-${caller}`
    const events = [1, 2, 3].map(nth => event(id, index * 3 + nth))
    return store.record({ ...batch(id, index * 3 + 3, { createdAt: '2025-01-01T00:00:00.000Z' }), events })
  }
  perSecond('batches of 3 events, one writer', await rate(1, 300, record))
  perSecond('batches of 3 events, 8 writers', await rate(8, 100, (caller, index) => record(caller + 1, index)))
  perSecond('begin, 8 callers, new keys', await rate(8, 50, (caller, index) => begin(store, `key-${caller}-${index}`)))
  perSecond('begin, 8 callers, one key', await rate(8, 100, () => begin(store, 'key-0-0')))
  perSecond('audit records, 8 callers', await rate(8, 50, () => store.audit(entry())))
  const began = performance.now()
  await store.verifyAudit()
  perSecond('audit records verified', (400 * 1000) / (performance.now() - began))
}

function begin(store: Store, key: string) {
  const sent = request(key, key)
  return store.begin({ ...sent, input: { ...sent.input, createdAt: '2025-01-01T00:00:00.000Z' } })
}

function lists(store: Store, size: number) {
  const page = (filter: ExecutionFilter, cursor: string | null = null) => store.list(filter, 50, cursor)
  let cursor: string | null = null
  return {
    [newest]: () => page({}),
    'the next 50, page after page': async () => {
      cursor = (await page({}, cursor)).next
    },
    'of one pipeline': index => page({ pipeline: `pipeline-${index % 10}` }),
    'that still run': () => page({ status: ['queued', 'running', 'waiting', 'held', 'paused', 'rolling-back'] }),
    'that failed': () => page({ status: ['failed', 'errored'] }),
    'that failed, of one pipeline': () => page({ status: ['failed'], pipeline: 'pipeline-0' }),
    'of two applications that may be seen': () => page({ visible: ['application-1', 'application-3'] }),
    'of an application without any': () => page({ visible: ['none'] }),
    'one execution': index => store.get(`run-${(index * 7919) % size}`),
  } satisfies Record<string, (index: number) => Promise<unknown>>
}

/** Resident, of one process. */
function memory(pid: number): number {
  return residentOf(pid) / 1_024 ** 2
}
