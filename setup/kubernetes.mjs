import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached, cacheFolder } from './cache.mjs'
import { go } from './go.mjs'

/** What the tests' control plane is made of; see test/kubernetes/README.md. */
const version = 'v1.35.4'
const kwok = 'v0.8.0'
const module = join(dirname(fileURLToPath(import.meta.url)), '..', 'test', 'kubernetes', 'control-plane')
const programs = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
]

/** Folder of the built programs, or null when they have not been built yet. */
export function builtKubernetes(env = process.env) {
  const folder = join(cacheFolder(env), cacheName())
  return existsSync(folder) ? folder : null
}

/**
 * Folder of a Kubernetes control plane for tests, built once per user: one program that is etcd, API server,
 * controller-manager, scheduler, kubelet, kube-proxy and kubectl by name, and kwok, which simulates nodes.
 * Takes minutes the first time. Throws when it cannot be built, with the reason.
 */
export function kubernetes({ env = process.env, log = () => {} } = {}) {
  return cached(cacheName(), folder => build(folder, env, log), env)
}

function cacheName() {
  const source = createHash('sha256')
  for (const file of ['go.mod', 'go.sum', 'main.go']) source.update(readFileSync(join(module, file)))
  return `kubernetes-${version}-kwok-${kwok}-${source.digest('hex').slice(0, 8)}`
}

async function build(folder, env, log) {
  log('Kubernetes: building the control plane (minutes the first time) …')
  const stamp = `-s -w -X k8s.io/component-base/version.gitVersion=${version} -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35`
  const at = { cwd: module, env }
  await go(['build', '-trimpath', '-ldflags', stamp, '-o', join(folder, 'kube'), '.'], at)
  for (const program of programs) symlinkSync('kube', join(folder, program))
  log('Kubernetes: building kwok …')
  const more = { GOBIN: folder }
  await go(['install', '-trimpath', '-ldflags', '-s -w', `sigs.k8s.io/kwok/cmd/kwok@${kwok}`], { ...at, more })
  const modules = (await go(['env', 'GOMODCACHE'], at)).trim()
  writeFileSync(join(folder, 'stages.yaml'), stages(join(modules, 'sigs.k8s.io', `kwok@${kwok}`, 'kustomize', 'stage')))
  log('Kubernetes: ready')
}

/** kwok's own rules for nodes that heartbeat and pods that become ready. */
function stages(folder) {
  return ['node/fast', 'node/heartbeat-with-lease', 'pod/fast']
    .flatMap(part => readdirSync(join(folder, part)).map(file => join(folder, part, file)))
    .filter(file => file.endsWith('.yaml') && !file.includes('kustomization'))
    .map(file => readFileSync(file, 'utf8'))
    .join('\n---\n')
}
