import { Argument, Command } from 'commander'
import { type Shell, scripts, shells } from '../completion/scripts.ts'
import { type Suggestion, suggest, type ValuesOf } from '../completion/suggest.ts'
import { readContexts } from '../contexts.ts'
import type { Io } from '../io.ts'
import { print, safe } from '../output.ts'
import { connect } from '../server-options.ts'

/**
 * `slipway completion SHELL`: the few lines that make a shell complete our command lines. They ask `completion suggest`,
 * which knows the commands themselves and, of the server that is meant, pipelines and runs.
 */
export function completionCommand(io: Io, createProgram: (meant?: string) => Promise<Command>): Command {
  const ask = new Command('suggest').argument('[word...]').action(async (words: string[]) => {
    const found = await suggest(await createProgram(words.length > 1 ? words[0] : undefined), words, valuesFrom(io))
    for (const { value, description } of found) print(io, `${safe(value)}\t${safe(description)}`)
  })
  return new Command('completion')
    .description('make a shell complete slipway: eval "$(slipway completion bash)"')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell) => print(io, scripts[shell]))
    .addCommand(ask, { hidden: true })
}

/** Somebody waits with a finger on the key. */
const patience = 1_500

function valuesFrom(io: Io): ValuesOf {
  const known: Readonly<Record<string, () => Promise<Suggestion[]>>> = {
    async pipeline() {
      const { items } = await connect(io, {}).listPipelines({}, { signal: AbortSignal.timeout(patience) })
      return items.map(({ name, description }) => ({ value: name, description: description ?? '' }))
    },
    async execution() {
      const { items } = await connect(io, {}).listExecutions({ limit: 50 }, { signal: AbortSignal.timeout(patience) })
      return items.map(({ id, status }) => ({ value: id, description: status }))
    },
    async context() {
      return Object.entries(readContexts(io).contexts).map(([value, { url }]) => ({ value, description: url }))
    },
  }
  return async argument => {
    try {
      return Object.hasOwn(known, argument) ? await known[argument]!() : []
    } catch {
      // No server, no right, no time: there is nothing to suggest, and nobody to tell.
      return []
    }
  }
}
