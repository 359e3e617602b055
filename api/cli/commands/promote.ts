import { Command } from 'commander'
import type { Io } from '../io.ts'
import { print, printJson } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface PromoteOptions extends ServerOptions {
  reason?: string
}

export function promoteCommand(io: Io): Command {
  return withServer(new Command('promote'))
    .description('promote the canary that is running or held, now')
    .argument('<execution>')
    .option('--reason <text>', 'for those who look at the run later')
    .action(async (id: string, { reason, ...options }: PromoteOptions) => {
      const execution = await connect(io, options).promoteExecution({
        id,
        body: reason === undefined ? {} : { reason },
      })
      if (options.output === 'json') return printJson(io, execution)
      print(io, `${execution.id} ${execution.status}`)
    })
}
