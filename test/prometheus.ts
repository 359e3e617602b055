import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keptPort } from './kept-port.ts'

export interface Prometheus {
  url: string
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>
  /** Starts it again, with what it had stored. */
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * A real Prometheus on a free loopback port that scrapes `targets`, and those of files in the folder `discovery`, every
 * second. `scrape`: more of how it does that, in its own words; `features`: what it does not do unless it is told to.
 */
export async function startPrometheus(
  binary: string,
  targets: readonly string[],
  { discovery, scrape = {}, features = [] }: { discovery?: string; scrape?: object; features?: string[] } = {},
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-prometheus-'))
  const port = await keptPort()
  const discovered =
    discovery === undefined ? {} : { file_sd_configs: [{ files: [join(discovery, '*.json')], refresh_interval: '1s' }] }
  const job = { job_name: 'test', static_configs: [{ targets }], ...discovered, ...scrape }
  const configuration = { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [job] }
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration))
  const args = ['--config.file', join(folder, 'prometheus.yml'), `--web.listen-address=127.0.0.1:${port}`]
  if (features.length > 0) args.push(`--enable-feature=${features.join(',')}`)
  const url = `http://127.0.0.1:${port}`
  let end = async (_: NodeJS.Signals) => {}

  async function start(): Promise<void> {
    const child = spawn(binary, [...args, `--storage.tsdb.path=${join(folder, 'data')}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let output = ''
    child.stderr.on('data', chunk => {
      output += chunk
    })
    const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
    end = async signal => {
      child.kill(signal)
      await ended
    }
    for (let tries = 0; !(await answers(`${url}/-/ready`)); tries += 1) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`Prometheus did not start:\n${output}`)
      await sleep(50)
    }
  }

  await start()
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
