import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { promisify } from 'node:util'
import type { V1Pod } from '@kubernetes/client-node'
import { freePort } from '../../activities/processes/ports.ts'
import type { KubernetesApi } from '../../activities/targets/kubernetes/api.ts'

const ip = promisify(execFile)

/** What answers for the simulated pods: they have addresses of this machine, and one server listens on all of them. */
export interface AnsweringPods {
  /** The port of every pod. */
  port: number
  /** Prometheus' text format: `requests_total` and `errors_total` by target, service, cluster and version. */
  metricsUrl: string
  close(): Promise<void>
}

/**
 * A /20 of this machine's own for pods; its first address is the node's. Needs root. kwok gives the addresses after it,
 * too, when all are taken, and nothing answers there.
 */
export async function podNetwork(): Promise<{ cidr: string; release(): Promise<void> }> {
  for (let tries = 0; tries < 50; tries++) {
    const network = `10.${200 + Math.floor(Math.random() * 50)}.${16 * Math.floor(Math.random() * 16)}`
    const route = [`${network}.0/20`, 'dev', 'lo']
    try {
      await ip('ip', ['route', 'add', 'local', ...route])
    } catch (error) {
      if (/exists/.test(String(error))) continue
      throw error
    }
    const release = async () => {
      await ip('ip', ['route', 'del', 'local', ...route])
    }
    return { cidr: `${network}.1/20`, release }
  }
  throw new Error('there is no free network for the pods')
}

interface Answering {
  labels: string
  version: string
  /** Share of requests that fail. */
  errors: number
  gone: number | null
}

/** A deleted pod answers for so many milliseconds more, as one does whose `preStop` waits for its last requests. */
const grace = 2_000

export async function answerForPods(api: KubernetesApi): Promise<AnsweringPods> {
  const stop = new AbortController()
  const pods = new Map<string, Answering>()
  const counts = new Map<string, { requests: number; errors: number }>()
  const port = await freePort()
  let turn = 0

  const app = createServer((request, response) => {
    const pod = pods.get(request.socket.localAddress ?? '')
    if (pod === undefined || (pod.gone !== null && performance.now() > pod.gone)) {
      request.socket.destroy()
      return
    }
    const count = counts.get(pod.labels) ?? { requests: 0, errors: 0 }
    counts.set(pod.labels, count)
    count.requests++
    turn++
    // Evenly spread, so that a share of errors needs no luck.
    const fails = Math.floor(turn * pod.errors) !== Math.floor((turn - 1) * pod.errors)
    if (fails) count.errors++
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ version: pod.version }))
  })
  app.keepAliveTimeout = 60_000
  const metrics = createServer((_, response) => {
    const lines = [...counts].flatMap(([labels, { requests, errors }]) => [
      `requests_total{${labels}} ${requests}`,
      `errors_total{${labels}} ${errors}`,
    ])
    response.end(`${lines.join('\n')}\n`)
  })
  await Promise.all([listen(app, port, '0.0.0.0'), listen(metrics, 0, '127.0.0.1')])

  function see(pod: V1Pod, deleted: boolean): void {
    const address = pod.status?.podIP
    if (address === undefined) return
    if (deleted) {
      const known = pods.get(address)
      if (known) known.gone ??= performance.now() + grace
      return
    }
    const [container] = pod.spec!.containers
    const version = container!.image!.split('@')[0]!.split(':').at(-1)!
    const role = pod.metadata?.labels?.['slipway.dev/role'] ?? 'stable'
    const service = pod.metadata?.labels?.['slipway.dev/service'] ?? pod.metadata?.labels?.app ?? ''
    const named = { target: pod.metadata!.namespace!, service, cluster: role, version }
    const labels = Object.entries(named)
      .map(([key, value]) => `${key}="${value}"`)
      .join(',')
    const errors = Number(container!.env?.find(({ name }) => name === 'ERRORS')?.value ?? 0)
    pods.set(address, { labels, version, errors, gone: null })
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        for await (const line of api.lines('/api/v1/pods', { watch: '1' }, stop.signal)) {
          const { type, object } = JSON.parse(line) as { type: string; object: V1Pod }
          if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') see(object, type === 'DELETED')
        }
      } catch {
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    }
  }

  const following = follow()
  const { port: metricsPort } = metrics.address() as { port: number }
  return {
    port,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    async close() {
      stop.abort()
      await following
      for (const server of [app, metrics]) {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      }
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}
