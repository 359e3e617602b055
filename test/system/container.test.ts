import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

/**
 * What setup/container/Dockerfile does, in a folder, as builders are rare: the files that its context has, its build, only
 * the packages of production, nothing that can be written but the data. That its base image and Debian's packages fit
 * together is not tried here.
 */
test('what the container file puts together serves, with encryption, without writing to itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-container-'))
  onTestFinished(() => {
    chmodSync(join(folder, 'slipway'), 0o755)
    execFileSync('chmod', ['-R', 'u+w', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  const home = join(folder, 'slipway')
  copyContext(home)
  symlinkSync(join(process.cwd(), 'node_modules'), join(home, 'node_modules'))
  const built = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: home })
  await Promise.all([built('setup/build.ts'), built('setup/container/temporal.mjs', join(folder, 'bin'))])
  keepProduction(home)
  execFileSync('chmod', ['-R', 'a-w', home])

  const configuration = join(folder, 'slipway.yaml')
  writeFileSync(configuration, 'encryption: { keys: [{ id: one, key: { env: KEY } }] }\n')
  const data = join(folder, 'data')
  const server = spawn(...unprivileged('api/cli/slipway.mjs', ['serve', '--config', configuration, '--port', '0']), {
    cwd: home,
    env: {
      ...{ NODE_ENV: 'production', SLIPWAY_DATA: data, KEY: randomBytes(32).toString('base64') },
      PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', chunk => (output += chunk))
  const ended = new Promise(resolve => server.once('close', resolve))
  onTestFinished(async () => {
    server.kill('SIGTERM')
    await ended
  })
  const file = () => JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')).url as string
  const health = async () => (await fetch(`${file()}/healthz`)).json()
  await expect
    .poll(async () => [server.exitCode, (await health().catch(() => ({}))).status, output], { timeout: 60_000 })
    .toEqual([null, 'ok', expect.anything()])
  const page = await fetch(`${file()}/`, { headers: { accept: 'text/html' } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')])
  expect((await fetch(`${file()}/docs`)).status).toBe(200)
})

/** As git and the ignore file say. */
function copyContext(home: string): void {
  const ignored = readFileSync('setup/container/Dockerfile.dockerignore', 'utf8').split('\n').filter(Boolean)
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const left = files
    .toString()
    .split('\0')
    .filter(path => path !== '' && !ignored.some(name => path === name || path.startsWith(`${name}/`)))
  mkdirSync(home)
  execFileSync('cp', ['--parents', ...left, home])
  // The page takes long to build; what was built of the same sources is taken over.
  if (existsSync('ui/dist')) cpSync('ui/dist', join(home, 'ui/dist'), { recursive: true })
}

/** `npm prune --omit=dev`: what is imported has to be named in package.json. */
function keepProduction(home: string): void {
  rmSync(join(home, 'node_modules'))
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(home, 'node_modules', name)), { recursive: true })
    symlinkSync(join(process.cwd(), 'node_modules', name), join(home, 'node_modules', name))
  }
}

/** Root could write anywhere. */
function unprivileged(script: string, args: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [process.execPath, [script, ...args]]
  return ['setpriv', ['--bounding-set', '-all', '--inh-caps', '-all', process.execPath, script, ...args]]
}
