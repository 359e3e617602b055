import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { didYouMean } from '../../../pipeline/suggest.ts'
import type { Client } from '../../client/client.ts'
import { ApiProblem, ServerUnreachable } from '../../client/errors.ts'
import type { Input } from '../../contract/types.ts'
import { parseDuration } from '../duration-option.ts'
import { follow } from '../follow.ts'
import { CliError, type Io } from '../io.ts'
import { note, print, printData } from '../output.ts'
import { collect, parameterPair } from '../parameter-option.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface RunOptions extends ServerOptions {
  parameter: string[]
  idempotencyKey?: string
  wait: boolean
  waitJudgment: boolean
  overrideFreezes?: true
  timeout?: number
}

export function runCommand(io: Io): Command {
  return withServer(new Command('run'))
    .description('start a run and wait for its end')
    .argument('<pipeline>')
    .option('-p, --parameter <key=value>', 'a parameter of the pipeline; may be repeated', collect, [])
    .option('--idempotency-key <key>', 'the same key gives the same run, however often it is asked for')
    .option('--override-freezes', 'begin and go on in spite of any freeze')
    .option('--no-wait', 'print the id of the run and return')
    .option('--no-wait-judgment', 'return when the run waits for a person')
    .option('--timeout <duration>', 'wait no longer than this; the run goes on', parseDuration)
    .action(async (pipeline: string, options: RunOptions) => {
      const client = connect(io, options)
      const parameters = await typed(client, pipeline, options.parameter).catch(error =>
        suggestName(client, pipeline, error),
      )
      const { overrideFreezes, idempotencyKey: key = randomUUID() } = options
      const body = { parameters, ...(overrideFreezes ? { overrideFreezes } : {}) }
      const order = { name: pipeline, idempotencyKey: key, body }
      const execution = await start(client, order, io).catch(error => suggestName(client, pipeline, error))
      if (!options.wait)
        return options.output !== 'text' ? printData(io, options.output, execution) : print(io, execution.id)
      note(io, `${execution.id} was started`)
      const { output, timeout } = options
      await follow(client, execution.id, { output, timeout: timeout ?? null, stopAtPerson: !options.waitJudgment }, io)
    })
}

/** A name that is nearly one is said. */
async function suggestName(client: Client, name: string, error: unknown): Promise<never> {
  if (!(error instanceof ApiProblem) || error.kind !== 'not-found') throw error
  const names = await client.listPipelines().then(
    ({ items }) => items.map(item => item.name),
    () => [],
  )
  throw new CliError(`there is no pipeline ${name}${didYouMean(name, names)}; all of them: slipway pipelines`)
}

const attempts = 5

/** Asks again when the server does not answer: the key makes sure that it is one run all the same. */
async function start(client: Client, order: Input<'startExecution'>, io: Io) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.startExecution(order)
    } catch (error) {
      const passing =
        error instanceof ServerUnreachable || (error instanceof ApiProblem && error.kind === 'unavailable')
      if (!passing || attempt === attempts) throw error
      note(io, `${error.message}; trying again`)
      await sleep(500 * 2 ** attempt)
    }
  }
}

/** `key=value` as the pipeline declares the key; what it does not declare is sent as text, to be refused there. */
async function typed(client: Client, pipeline: string, given: readonly string[]) {
  if (given.length === 0) return {}
  const { parameters } = await client.getPipeline({ name: pipeline })
  return Object.fromEntries(given.map(text => parameterPair(text, parameters)))
}
