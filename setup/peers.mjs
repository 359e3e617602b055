import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.mjs'
import { go, moduleFolder } from './go.mjs'

const rollouts = 'v1.10.1'

/**
 * Folder with `rollouts-controller` of Argo Rollouts and, under `crds`, what it defines: what benches are measured beside.
 * Built once per user, which takes minutes. Throws when it cannot be built, with the reason.
 */
export function argoRollouts({ env = process.env, log = () => {} } = {}) {
  return cached(`argo-rollouts-${rollouts}`, folder => build(folder, env, log), env)
}

async function build(folder, env, log) {
  log(`Argo Rollouts ${rollouts}: building its controller (minutes the first time) …`)
  const source = await moduleFolder(`github.com/argoproj/argo-rollouts@${rollouts}`, { cwd: folder, env })
  // In its own folder, because what its go.mod replaces counts only there.
  const made = ['-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'rollouts-controller')]
  await go(['build', ...made, './cmd/rollouts-controller'], { cwd: source, env })
  const definitions = join(source, 'manifests', 'crds')
  mkdirSync(join(folder, 'crds'))
  for (const file of readdirSync(definitions).filter(name => name.endsWith('-crd.yaml')))
    copyFileSync(join(definitions, file), join(folder, 'crds', file))
}
