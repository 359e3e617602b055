import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keptPort } from '../kept-port.ts'
import { simulatedStages } from './stages.ts'

/** A real Kubernetes control plane on loopback; pods on its nodes are simulated by kwok. */
export interface ControlPlane {
  server: string
  folder: string
  /** Of the cluster's administrator. */
  kubeconfig: string
  /** Of a user who may do nothing until a role is bound to it: `slipway`. */
  slipwayKubeconfig: string
  /** Of something beside Slipway that may do everything, and whose requests are in the audit log, too. */
  peerKubeconfig: string
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** Lines of the API server's audit log, requests in order. */
  audit(): AuditEvent[]
  /** Of the parts that run. */
  pids(): Record<Part, number>
  /** Ends one part at once, as `kill -9` does. */
  kill(part: Part): Promise<void>
  /** Starts a part that was killed; with the API server, what leads by election elsewhere. */
  start(part: Part): Promise<void>
  stop(): Promise<void>
}

export type Part = 'etcd' | 'apiserver' | 'controller-manager' | 'scheduler' | 'kwok'

export interface AuditEvent {
  verb: string
  user: { username: string }
  requestURI: string
  objectRef?: { resource: string; namespace?: string; name?: string; subresource?: string }
  responseStatus?: { code: number }
  requestReceivedTimestamp: string
}

const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'endpointslice-controller',
  'serviceaccount-controller',
  'namespace-controller',
  'garbage-collector-controller',
  'node-lifecycle-controller',
  'job-controller',
  'resourcequota-controller',
  'ttl-after-finished-controller',
]

/** `podNetwork`: the network whose addresses the simulated pods get. */
export async function startControlPlane(
  binaries: string,
  { podNetwork = '10.244.9.1/24', nodes = 1 }: { podNetwork?: string; nodes?: number } = {},
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kubernetes-'))
  const [api, etcd, peer, kubelet] = [await keptPort(), await keptPort(), await keptPort(), await keptPort()]
  const server = `https://127.0.0.1:${api}`
  const file = (name: string) => join(folder, name)
  writeKeys(folder)
  const users = ['admin-token,admin,admin,system:masters', 'peer-token,peer,peer,system:masters']
  writeFileSync(file('tokens.csv'), [...users, 'slipway-token,slipway,slipway'].join('\n'))
  writeFileSync(file('audit.yaml'), auditPolicy)
  const kubeconfig = file('kubeconfig')
  const slipwayKubeconfig = file('kubeconfig-slipway')
  const peerKubeconfig = file('kubeconfig-peer')
  const ca = file('pki/apiserver.crt')
  writeFileSync(kubeconfig, kubeconfigOf(server, ca, 'admin-token'))
  writeFileSync(slipwayKubeconfig, kubeconfigOf(server, ca, 'slipway-token'))
  writeFileSync(peerKubeconfig, kubeconfigOf(server, ca, 'peer-token'))
  writeFileSync(file('stages.yaml'), simulatedStages(readFileSync(join(binaries, 'stages.yaml'), 'utf8')))
  writeFileSync(file('pod.log'), `${new Date().toISOString()} stdout F ${simulatedLog}\n`)
  writeFileSync(file('logs.yaml'), logsOf(file('pod.log')))
  const fast = ['--kube-api-qps=500', '--kube-api-burst=1000', '--leader-elect=false', '--secure-port=0']
  const commands: Record<Part, { program: string; args: string[]; ready?: () => Promise<boolean> }> = {
    etcd: {
      program: 'etcd',
      args: [
        ...['--data-dir', file('etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
        ...['--listen-client-urls', `http://127.0.0.1:${etcd}`, '--advertise-client-urls', `http://127.0.0.1:${etcd}`],
        ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
        ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
        ...['--initial-cluster', `default=http://127.0.0.1:${peer}`],
      ],
      ready: async () => (await fetch(`http://127.0.0.1:${etcd}/health`)).ok,
    },
    apiserver: {
      program: 'kube-apiserver',
      args: [
        ...[`--etcd-servers=http://127.0.0.1:${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${api}`],
        ...[`--cert-dir=${file('pki')}`, `--token-auth-file=${file('tokens.csv')}`, '--authorization-mode=RBAC'],
        ...['--service-cluster-ip-range=10.0.0.0/16', '--endpoint-reconciler-type=none', '--profiling=false'],
        ...['--service-account-issuer=https://kubernetes.default.svc', '--enable-priority-and-fairness=false'],
        ...[`--service-account-key-file=${file('sa.pub')}`, `--service-account-signing-key-file=${file('sa.key')}`],
        ...[`--audit-policy-file=${file('audit.yaml')}`, `--audit-log-path=${file('audit.log')}`, '--event-ttl=10m'],
      ],
      ready: () => isReady(`${server}/readyz`),
    },
    'controller-manager': {
      program: 'kube-controller-manager',
      args: [
        ...[`--kubeconfig=${kubeconfig}`, `--controllers=${controllers.join(',')}`, '--profiling=false', ...fast],
        ...[`--service-account-private-key-file=${file('sa.key')}`, '--namespace-sync-period=2s'],
        // A kubelet tells again that its pods are ready when its node was given up; kwok does not.
        '--node-monitor-grace-period=10m',
      ],
    },
    scheduler: { program: 'kube-scheduler', args: [`--kubeconfig=${kubeconfig}`, '--profiling=false', ...fast] },
    kwok: {
      program: 'kwok',
      args: [
        ...[
          `--kubeconfig=${kubeconfig}`,
          '--manage-all-nodes=false',
          '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
          '--node-lease-duration-seconds=40',
        ],
        ...[`--config=${file('stages.yaml')}`, `--config=${file('logs.yaml')}`, `--cidr=${podNetwork}`],
        ...[`--server-address=127.0.0.1:${kubelet}`, '--node-ip=127.0.0.1', `--node-port=${kubelet}`],
        ...[`--tls-cert-file=${file('pki/apiserver.crt')}`, `--tls-private-key-file=${file('pki/apiserver.key')}`],
      ],
    },
  }
  const running = new Map<Part, ChildProcess>()

  async function start(part: Part): Promise<void> {
    const { program, args, ready } = commands[part]
    const log = openSync(file(`${part}.log`), 'a')
    const child = spawn(join(binaries, program), args, { cwd: folder, stdio: ['ignore', log, log] })
    closeSync(log)
    running.set(part, child)
    if (ready) await until(ready, child, `${part} to start; its log: ${file(`${part}.log`)}`)
  }

  async function end(part: Part, signal: NodeJS.Signals): Promise<void> {
    const child = running.get(part)
    running.delete(part)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(late)
  }

  /**
   * Elsewhere these lead by election: they end when the API server is away, and begin anew. Ours would wait up to a minute
   * between two tries, and longer when it was away twice.
   */
  async function startAgain(part: Part): Promise<void> {
    await start(part)
    if (part !== 'apiserver') return
    for (const follower of ['controller-manager', 'scheduler'] as const) {
      await end(follower, 'SIGKILL')
      await start(follower)
    }
  }

  function kubectl(args: readonly string[], input?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(join(binaries, 'kubectl'), ['--kubeconfig', kubeconfig, ...args])
      let output = ''
      let errors = ''
      child.stdout.on('data', chunk => {
        output += chunk
      })
      child.stderr.on('data', chunk => {
        errors += chunk
      })
      child.on('close', code => (code === 0 ? resolve(output) : reject(new Error(`kubectl ${args[0]}: ${errors}`))))
      child.stdin.end(input ?? '')
    })
  }

  async function stop(): Promise<void> {
    for (const part of ['kwok', 'scheduler', 'controller-manager'] as const) await end(part, 'SIGTERM')
    // A clean stop of an API server waits for its watches; nothing of it is kept.
    for (const part of ['apiserver', 'etcd'] as const) await end(part, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await start('etcd')
    await start('apiserver')
    await Promise.all([start('controller-manager'), start('scheduler'), start('kwok')])
    await kubectl(['apply', '-f', '-'], Array.from({ length: nodes }, (_, index) => node(index)).join('---\n'))
    const account = async () => (await kubectl(['get', 'serviceaccount', 'default', '-o', 'name'])).length > 0
    await until(account, running.get('controller-manager')!, 'the default service account')
    const isNodeReady = async () => (await kubectl(['get', 'nodes', '-o', nodeConditions])).split(' ').includes('True/')
    await until(isNodeReady, running.get('kwok')!, 'the simulated node')
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...{ server, folder, kubeconfig, slipwayKubeconfig, peerKubeconfig, kubectl, start: startAgain, stop },
    pids: () => Object.fromEntries([...running].map(([part, { pid }]) => [part, pid!])) as Record<Part, number>,
    kill: part => end(part, 'SIGKILL'),
    audit: () =>
      readFileSync(file('audit.log'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line)),
  }
}

const nodeConditions = 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}/{.spec.taints} {end}'

/** One line for every request that has been answered. */
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - { level: Metadata, users: [slipway, peer] }
  - { level: Metadata, userGroups: ['system:serviceaccounts'] }
  - { level: None }
`

/** What every simulated pod has printed. */
export const simulatedLog = 'hello from a simulated pod'

function logsOf(file: string): string {
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: { name: logs }
spec: { logs: [{ logsFile: ${file} }] }
`
}

function writeKeys(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
}

function kubeconfigOf(server: string, ca: string, token: string): string {
  const name = 'test'
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority': ca } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
}

function node(index: number): string {
  const room = '{ cpu: "640", memory: 2560Gi, pods: "1000" }'
  return `apiVersion: v1
kind: Node
metadata:
  name: simulated-${index}
  annotations: { kwok.x-k8s.io/node: fake, node.alpha.kubernetes.io/ttl: "0" }
  labels: { kubernetes.io/hostname: simulated-${index}, kubernetes.io/os: linux, kubernetes.io/arch: amd64, type: kwok }
status: { allocatable: ${room}, capacity: ${room} }
`
}

/** Only whether it answers: its certificate is its own. */
function isReady(url: string): Promise<boolean> {
  return new Promise(resolve => {
    const options = { rejectUnauthorized: false, headers: { authorization: 'Bearer admin-token' }, timeout: 1_000 }
    const asked = request(url, options, answer => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

async function until(check: () => Promise<boolean>, child: ChildProcess, what: string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await check().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(50)
  }
}
