import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gateway } from './gateway.mjs'
import { builtKubernetes, kubernetes } from './kubernetes.mjs'
import { onPath } from './run.mjs'

const here = fileURLToPath(import.meta.url)

/**
 * Starts building what takes minutes, beside everything else; `kubernetesWhenBuilt` waits for it. A machine without what
 * it takes is told at once.
 */
export function buildInBackground(env = process.env, log = console.error) {
  if (builtKubernetes(env) !== null) return
  if (!onPath('go', env)) {
    log('skipped: the Kubernetes tests (no go on PATH; https://go.dev/dl has it, 1.25 or newer)')
    return
  }
  const report = join(mkdtempSync(join(tmpdir(), 'slipway-build-')), 'report.json')
  env.SLIPWAY_BUILD_REPORT = report
  const child = spawn(process.execPath, [here, report], { cwd: dirname(here), env, stdio: 'ignore' })
  child.unref()
}

/** Folders of what was built: `{ binaries, gateway }`, or `{ missing }` with the reason. */
export async function kubernetesWhenBuilt(env = process.env) {
  const report = env.SLIPWAY_BUILD_REPORT
  while (report && !existsSync(report)) await sleep(500)
  const failed = report ? JSON.parse(readFileSync(report, 'utf8')).failed : null
  if (failed) return { missing: `no Kubernetes to test with: ${failed}` }
  const binaries = builtKubernetes(env)
  if (binaries === null)
    return { missing: 'no Kubernetes to test with; `npm test` builds it where there is Go 1.25 or newer' }
  return { binaries, gateway: await gateway({ env }) }
}

if (process.argv[1] === here) {
  const [, , report] = process.argv
  const failed = await Promise.all([gateway(), kubernetes()]).then(
    () => null,
    error => error.message,
  )
  writeFileSync(`${report}.part`, JSON.stringify({ failed }))
  renameSync(`${report}.part`, report)
}
