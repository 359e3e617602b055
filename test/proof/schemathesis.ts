import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../setup/server.ts'
import { component, whyMissing } from '../components.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'

/** These end sessions or stay open for ever, which ends the series and not what is wrong with it. */
const left = ['streamEvents', 'closeSession']

/**
 * Asks a running server for everything its own description offers, valid and invalid, alone and in sequences. Holds when
 * every check of Schemathesis does: no 5xx, no status or body that is not described, nothing invalid that is taken.
 * `rounds`: at least so many requests.
 */
export const schemathesis: Proof = {
  what: 'every operation of the API against its own description, with Schemathesis',
  whole: 20_000,
  run: async ({ seed, rounds, log }: ProofOptions): Promise<Figures> => {
    const folder = component('schemathesis')
    if (folder === null) throw new Error(whyMissing('schemathesis'))
    const data = mkdtempSync(join(tmpdir(), 'slipway-schemathesis-'))
    const server = await startServer({
      data,
      configuration: 'test/fixtures/api/schemathesis.yaml',
      args: ['--stop-instances', '--log-level', 'warn'],
    })
    try {
      let requests = 0
      for (let part = 0; requests < rounds; part += 1) {
        // About fifty requests an operation come from what the schema says, whatever is asked for.
        const examples = Math.max(1, Math.round((rounds - requests) / 200))
        requests += await attack({ server, folder, seed: seed + part, examples, data })
        log(`${requests} of ${rounds} requests`)
      }
      return { requests, failures: 0 }
    } finally {
      await server.stop()
      rmSync(data, { recursive: true, force: true })
    }
  },
}

interface Attack {
  server: { url: string; token: string }
  folder: string
  seed: number
  examples: number
  data: string
}

/** Resolves with how many requests were sent; rejects with what Schemathesis found. */
async function attack({ server, folder, seed, examples, data }: Attack): Promise<number> {
  const args = [
    ...['-m', 'schemathesis.cli', '--config-file', join(process.cwd(), 'test/fixtures/api/schemathesis.toml')],
    ...['run', `${server.url}/openapi.json`, '--url', server.url, '-H', `Authorization: Bearer ${server.token}`],
    ...['--seed', String(seed), '--max-examples', String(examples), '--warnings', 'off'],
    ...['--checks', 'all', '--continue-on-failure', '--no-color', '--request-timeout', '120'],
    ...left.flatMap(operation => ['--exclude-operation-id', operation]),
  ]
  // Its database of examples goes where it runs.
  const child = spawn('python3', args, { cwd: data, env: { ...process.env, PYTHONPATH: folder } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const code = await new Promise(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`Schemathesis found something (seed ${seed}):\n${summary(output)}`)
  const [, generated] = /(\d+) generated/.exec(output) ?? []
  if (generated === undefined) throw new Error(`Schemathesis says nothing of its requests:\n${output.slice(-4_000)}`)
  return Number(generated)
}

/** What was found and how to see it again; a request can be longer than anybody reads. */
function summary(output: string): string {
  return output
    .split('\n')
    .map(line => line.slice(0, 500))
    .slice(-120)
    .join('\n')
}
