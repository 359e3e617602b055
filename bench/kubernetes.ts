import { existsSync } from 'node:fs'
import { argoRollouts } from '../setup/peers.mjs'
import { startCluster } from '../test/kubernetes/cluster.ts'
import { startTemporal } from '../test/temporal.ts'
import { canariesAtOnce } from './kubernetes/at-once.ts'
import { bad } from './kubernetes/bad.ts'
import { openFigures } from './kubernetes/figures.ts'
import { real } from './kubernetes/real.ts'
import { rollsAtOnce } from './kubernetes/rolls.ts'
import { weights } from './kubernetes/weights.ts'
import { argoRolloutsPeer } from './peers/argo-rollouts.ts'

/**
 * `npm run bench -- kubernetes [--peer] [--quick] [--only=weights,bad,real,at-once,rolls]`: one JSON line a figure, then a
 * table that says what is met. API server, Gateway and Temporal are real (Temporal's database is in memory where there is
 * `/dev/shm`); pods are simulated, but for `real`.
 *
 * `--peer` runs Argo Rollouts in the same cluster for `weights` and `at-once`, whose limits are then its figures in this
 * run. Without it they are what it took once on a machine of this class; those on another machine say little.
 */
const parts = { weights, bad, real, 'at-once': canariesAtOnce, rolls: rollsAtOnce } as const

const only = process.argv.find(argument => argument.startsWith('--only='))?.slice('--only='.length)
const asked = (only?.split(',') ?? Object.keys(parts)) as (keyof typeof parts)[]
const unknown = asked.filter(part => !(part in parts))
if (unknown.length > 0)
  throw new Error(`unknown part ${unknown.join(', ')}; known are ${Object.keys(parts).join(', ')}`)
const rollouts = process.argv.includes('--peer') ? await peerFolder() : null
const { report, table } = openFigures()
const cluster = await startCluster()
const temporal = await onMemory(() => startTemporal())
const peer = rollouts === null ? null : argoRolloutsPeer(cluster, rollouts)
try {
  const quick = process.argv.includes('--quick')
  for (const part of asked) await parts[part]({ cluster, temporal, quick, peer, report })
} finally {
  await temporal.stop()
  await cluster.stop()
}
process.exit(table() ? 0 : 1)

async function peerFolder(): Promise<string | null> {
  try {
    return await argoRollouts({ log: console.error })
  } catch (error) {
    console.error(`skipped: the peer (${error instanceof Error ? error.message : error})`)
    return null
  }
}

/** Else the disk is measured. */
async function onMemory<T>(start: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'
  try {
    return await start()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}
