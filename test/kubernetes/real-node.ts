import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../activities/processes/ports.ts'
import { shopImages } from '../../setup/shop-image.mjs'
import type { ControlPlane } from './control-plane.ts'

const command = promisify(execFile)

/** A node whose pods are real: containerd, runc and a kubelet. Only pods that tolerate `realNode.taint` come to it. */
export interface RealNode {
  /** Pods go before their node does: whoever has some there deletes them first. */
  stop(): Promise<void>
}

/** What a pod template needs to run there, and nowhere else. */
export const realNode = {
  nodeSelector: { 'kubernetes.io/hostname': 'real' },
  tolerations: [{ key: 'slipway.test/real', operator: 'Exists' }],
  // Their tokens would take one controller more.
  automountServiceAccountToken: false,
}

/** Needs root, containerd, runc and the reference CNI plugins. */
export async function startRealNode(control: ControlPlane, binaries: string): Promise<RealNode> {
  const images = join(await shopImages(), 'images.tar')
  const folder = join(control.folder, 'real')
  mkdirSync(join(folder, 'cni'), { recursive: true })
  const file = (name: string) => join(folder, name)
  const network = `10.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 250)}`
  const address = `${network}.254`
  const bridge = `slip${network.split('.').slice(1).join('-')}`
  const socket = file('containerd.sock')
  const [port, health] = [await freePort(), await freePort()]
  writeFileSync(file('containerd.toml'), containerd(folder))
  writeFileSync(file('cni/10-bridge.conflist'), JSON.stringify(bridged(folder, bridge, network)))
  writeFileSync(file('kubelet.yaml'), JSON.stringify(kubelet(folder, { address, port, health })))
  await command('ip', ['address', 'add', `${address}/32`, 'dev', 'lo'])
  const running: ChildProcess[] = []
  const start = (name: string, program: string, args: string[]) => {
    const log = openSync(file(`${name}.log`), 'a')
    running.push(spawn(program, args, { stdio: ['ignore', log, log] }))
    closeSync(log)
  }

  async function stop(): Promise<void> {
    for (const child of running.reverse()) await end(child)
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
    const ours = mounts.map(line => line.split(' ')[1] ?? '').filter(at => at.startsWith(`${folder}/`))
    for (const at of ours.reverse()) await command('umount', ['-l', at]).catch(() => {})
    await command('ip', ['link', 'delete', bridge]).catch(() => {})
    await command('ip', ['address', 'delete', `${address}/32`, 'dev', 'lo'])
  }

  try {
    start('containerd', 'containerd', ['--config', file('containerd.toml')])
    await until(() => command('ctr', ['-a', socket, 'version']), 'containerd to start', file('containerd.log'))
    const flags = [`--config=${file('kubelet.yaml')}`, `--kubeconfig=${control.kubeconfig}`, `--node-ip=${address}`]
    const folders = [`--root-dir=${file('kubelet')}`, `--cert-dir=${file('pki')}`]
    start('kubelet', join(binaries, 'kubelet'), [...flags, ...folders, '--hostname-override=real'])
    await command('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', images])
    const isReady = async () => {
      const seen = await control.kubectl(['get', 'node', 'real', '-o', nodeState])
      if (seen !== 'True/slipway.test/real') throw new Error(seen)
    }
    await until(isReady, 'the real node to be ready', file('kubelet.log'))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

const nodeState = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}/{.spec.taints[*].key}'

function containerd(folder: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.test/shop:pause"
  disable_apparmor = true
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
`
}

function bridged(folder: string, bridge: string, network: string): object {
  const ranges = [[{ subnet: `${network}.0/24`, rangeEnd: `${network}.253` }]]
  const ipam = { type: 'host-local', dataDir: join(folder, 'addresses'), ranges }
  const plugin = { type: 'bridge', bridge, isGateway: true, ipMasq: false, ipam }
  return { cniVersion: '0.4.0', name: bridge, plugins: [plugin, { type: 'loopback' }] }
}

function kubelet(folder: string, { address, port, health }: { address: string; port: number; health: number }) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    ...{ address, port, healthzBindAddress: '127.0.0.1', healthzPort: health },
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    registerWithTaints: [{ key: 'slipway.test/real', value: 'yes', effect: 'NoSchedule' }],
    ...{ cgroupDriver: 'cgroupfs', cgroupsPerQOS: false, enforceNodeAllocatable: [], failCgroupV1: false },
    ...{ failSwapOn: false, localStorageCapacityIsolation: false, imageGCHighThresholdPercent: 100 },
    evictionHard: { 'memory.available': '100Mi' },
    nodeStatusUpdateFrequency: '5s',
    volumePluginDir: join(folder, 'plugins'),
  }
}

async function until(check: () => Promise<unknown>, what: string, log: string): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const failed = await check().then(
      () => null,
      error => error,
    )
    if (failed === null) return
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what} (${failed}); its log: ${log}`)
    await sleep(100)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(late)
}
