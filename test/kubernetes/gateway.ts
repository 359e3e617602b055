import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../activities/processes/ports.ts'
import type { ControlPlane } from './control-plane.ts'

/** A real Traefik that does what the Gateway `gateway` in namespace `default` says. */
export interface RunningGateway {
  url: string
  /** Host and port of its counters, for Prometheus: `traefik_service_requests_total` by Service and status. */
  metrics: string
  stop(): Promise<void>
}

/** The definitions of the Gateway API; needed by HTTPRoutes also where no Gateway runs. */
export async function installGatewayApi(control: ControlPlane, folder: string): Promise<void> {
  const files = readdirSync(join(folder, 'crds')).map(file => readFileSync(join(folder, 'crds', file), 'utf8'))
  await control.kubectl(['apply', '--server-side', '-f', '-'], files.join('\n---\n'))
  await control.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
}

export async function startGateway(control: ControlPlane, folder: string): Promise<RunningGateway> {
  const [port, metrics] = [await freePort(), await freePort()]
  await control.kubectl(['apply', '-f', '-'], manifests(port))
  const child = spawn(
    join(folder, 'traefik'),
    [
      ...[
        `--entrypoints.web.address=127.0.0.1:${port}`,
        '--log.level=ERROR',
        '--providers.providersthrottleduration=20ms',
      ],
      ...[`--entrypoints.metrics.address=127.0.0.1:${metrics}`, '--metrics.prometheus.entrypoint=metrics'],
      ...[
        `--providers.kubernetesgateway.endpoint=${control.server}`,
        '--providers.kubernetesgateway.token=admin-token',
      ],
      ...[`--providers.kubernetesgateway.certauthfilepath=${join(control.folder, 'pki', 'apiserver.crt')}`],
    ],
    { cwd: control.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-4_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const url = `http://127.0.0.1:${port}`
  await until(
    () => fetch(url).then(Boolean),
    child,
    () => output,
  )
  return { url, metrics: `127.0.0.1:${metrics}`, stop: () => end(child) }
}

function manifests(port: number): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: traefik }
spec: { controllerName: traefik.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gateway, namespace: default }
spec:
  gatewayClassName: traefik
  listeners: [{ name: web, protocol: HTTP, port: ${port}, allowedRoutes: { namespaces: { from: All } } }]
`
}

async function until(check: () => Promise<boolean>, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await check().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`Traefik did not start: ${output()}`)
    await sleep(50)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await gone
}
