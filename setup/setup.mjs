#!/usr/bin/env node
/**
 * Makes a fresh clone run, then does what was asked: `node setup/setup.mjs [demo|test|serve|nothing] [ARGS…]`.
 *
 * Plain JavaScript that runs on Node 18 and later: it brings the Node.js the project runs on.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildInBackground } from './background.mjs'
import { installComponents } from './components.mjs'
import { temporalCli } from './temporal.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const log = message => process.stderr.write(`${message}\n`)

const tasks = {
  /** Only the set-up. */
  setup: async () => 0,
  demo: args => node(['setup/demo.ts', ...args]),
  test: args => node(['setup/test.ts', ...args]),
  slipway: args => node(['api/cli/bin.ts', ...args]),
}

await main(process.argv.slice(2)).then(
  code => process.exit(code),
  error => {
    log(error.message)
    process.exit(1)
  },
)

async function main([task = 'setup', ...args]) {
  const chosen = tasks[task]
  if (!chosen) throw new Error(`unknown task ${task}; known are ${Object.keys(tasks).join(', ')}`)
  await beside([dependencies().then(built), temporal(), task === 'test' && components()])
  return chosen(args)
}

/** Waits for all of them, also when one fails: it would leave the others behind. */
async function beside(steps) {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected')
  if (failed) throw failed.reason
}

async function temporal() {
  if (!process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_CLI = await temporalCli({ log })
}

async function components() {
  await installComponents(process.env, log)
  buildInBackground(process.env, log)
}

/** `npm ci`, unless what is installed is what the lock file says. */
async function dependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const marker = join(root, 'node_modules', '.slipway-lock')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  log('installing dependencies (npm ci) …')
  const npm = process.env.npm_execpath
  const code = npm?.endsWith('.js')
    ? await child(process.execPath, [npm, 'ci', '--loglevel=error'])
    : await child('npm', ['ci', '--loglevel=error'])
  if (code !== 0)
    throw new Error('npm ci failed (see above). Check the network and the registry, then run the command again.')
  writeFileSync(marker, wanted)
}

/** The UI and the workflow bundle, when their sources are newer. */
async function built() {
  const code = await node(['setup/build.ts'])
  if (code !== 0) throw new Error('building the UI and the workflow bundle failed (see above).')
}

/** Runs a script on the project's own Node.js. */
function node(args) {
  return child(runtime(), args)
}

/** The pinned Node.js of node_modules; where that package has none for this platform, the one that runs us. */
function runtime() {
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(pinned)) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath
  throw new Error(
    `Slipway needs Node.js 22.19 or newer; this is ${process.versions.node} and the npm package "node" has none for this machine.`,
  )
}

function child(command, args) {
  return new Promise((resolve, reject) => {
    const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
    const running = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } })
    // Ctrl-C reaches the child by itself; we wait for it to clean up.
    const ignore = () => {}
    process.on('SIGINT', ignore)
    const forward = () => running.kill('SIGTERM')
    process.on('SIGTERM', forward)
    running.on('error', reject)
    running.on('close', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', forward)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}
