import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesWhenBuilt } from '../../setup/background.mjs'
import { startServer } from '../../setup/server.ts'
import { type Cluster, startCluster } from '../kubernetes/cluster.ts'
import { type ControlPlane, startControlPlane } from '../kubernetes/control-plane.ts'
import { openFlakyLine } from '../kubernetes/flaky.ts'
import { servedBy, until } from '../kubernetes/served.ts'
import { apply, op, openTestTarget, release, userObjects, userRoute } from '../kubernetes/world.ts'
import { onlyVersion, serverOptions, service } from './kubernetes-kills.ts'
import type { Figures, Proof } from './proof.ts'

const awaySeconds = 60
const many = 500
const atOnce = 50
/**
 * Milliseconds after which Slipway works again on an API server that is back. What follows is not its own: controllers,
 * kwok and Traefik wait up to a minute between two tries of their watches, as all that is made with client-go does.
 */
const limits = { msFromBackToWork: 10_000 }
/** Kinds of objects that are watched at most. */
const collections = 8

/**
 * What takes too long, or too much, for every run of the tests: an API server that is away for a minute in mid-canary, and
 * 500 services of one target that get a new version.
 */
export const kubernetesFaults: Proof = {
  what: 'API server away for 60 s in mid-canary; 500 services of one cluster brought to a new version',
  whole: 1,
  limits,
  async run({ log }) {
    const cluster = await startCluster()
    const away = await awayOn(cluster, log).finally(() => cluster.stop())
    return { ...away, ...(await manyServices(log)) }
  },
}

async function awayOn({ control }: Cluster, log: (line: string) => void): Promise<Figures> {
  const namespace = 'away'
  const router = { type: 'gateway-api' as const, route: service }
  const opened = await openTestTarget(control, namespace, { [service]: { router, progressDeadline: 20_000 } })
  await apply(control, ...userObjects(namespace, service), userRoute(namespace, service))
  await opened.target.apply(service, { role: 'stable', release: release('1.0.0'), instances: 4 }, op(0))
  await opened.target.route(service, { stable: 100 }, op(0))
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kubernetes-away-'))
  const served = servedBy(await startServer(serverOptions(folder, opened)))
  try {
    const id = await served.start(service, { version: '2.0.0', image: 'registry.test/shop:2.0.0' })
    await until(async () => (await served.found(service)).weights.canary === 25, 'the canary to get traffic')
    await control.kill('apiserver')
    await sleep(awaySeconds * 1_000)
    const { status } = await served.server.client.getExecution({ id })
    if (status !== 'running') throw new Error(`the run was ${status} while the API server was away`)
    const back = performance.now()
    await control.start('apiserver')
    const ready = Date.now()
    const end = await served.ended(id)
    if (end.status !== 'succeeded') throw new Error(`the run ended ${end.status}: ${end.reason}`)
    await onlyVersion('2.0.0', opened, control)
    const msFromBackToEnd = Math.round(performance.now() - back)
    const msFromBackToWork = firstWork(control, ready) - ready
    log(
      `API server away for ${awaySeconds} s, asked again after ${msFromBackToWork} ms, ${end.status} after ${msFromBackToEnd} ms`,
    )
    return { awaySeconds, msFromBackToWork, msFromBackToEnd }
  } finally {
    await served.server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** When Slipway first got an answer again, by the server's own log. */
function firstWork(control: ControlPlane, since: number): number {
  const answered = control.audit().filter(({ user, responseStatus }) => {
    return user.username === 'slipway' && (responseStatus?.code ?? 500) < 300
  })
  const times = answered.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp))
  return Math.min(...times.filter(at => at >= since))
}

async function manyServices(log: (line: string) => void): Promise<Figures> {
  const { binaries } = await kubernetesWhenBuilt()
  const control = await startControlPlane(binaries!, { podNetwork: '10.244.0.1/16', nodes: 2 })
  try {
    const namespace = 'many'
    const names = Array.from({ length: many }, (_, index) => `shop-${index}`)
    const settings = { progressDeadline: 120_000 }
    const line = await openFlakyLine(control)
    const tokenFile = join(control.folder, 'slipway-token')
    writeFileSync(tokenFile, 'slipway-token')
    const connection = { server: line.url, tokenFile, caFile: join(control.folder, 'pki/apiserver.crt') }
    const services = Object.fromEntries(names.map(name => [name, settings]))
    const { target } = await openTestTarget(control, namespace, services, { connection })
    await apply(control, ...names.flatMap(name => userObjects(namespace, name, { replicas: 1 })))
    const available = ['wait', '--for=condition=Available', 'deploy', '--all', '--timeout=180s']
    await control.kubectl(['-n', namespace, ...available])
    const began = performance.now()
    const waiting = [...names]
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
        await target.apply(name, { role: 'stable', release: release('2.0.0'), instances: 1 }, op())
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const seconds = Math.round((performance.now() - began) / 1_000)
    const [watches, requests] = [line.streams(), line.asked.length]
    const watchesBegun = line.asked.filter(({ watch }) => watch).length
    if (watches > collections) throw new Error(`${watches} watches are open for ${many} services`)
    log(`${many} services in ${seconds} s: ${watches} watches (${watchesBegun} begun), ${requests} requests`)
    await line.close()
    return { services: many, watches, watchesBegun, requests, requestsPerService: requests / many, seconds }
  } finally {
    await control.stop()
  }
}
