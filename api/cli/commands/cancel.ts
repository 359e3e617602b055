import { Command } from 'commander'
import type { Io } from '../io.ts'
import { note, print, printData } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface CancelOptions extends ServerOptions {
  reason?: string
}

export function cancelCommand(io: Io): Command {
  return withServer(new Command('cancel'))
    .description('end a run and undo what is open')
    .argument('<execution>')
    .option('--reason <text>', 'for those who look at the run later')
    .action(async (id: string, { reason, ...options }: CancelOptions) => {
      const accepted = await connect(io, options).cancelExecution({ id, body: reason === undefined ? {} : { reason } })
      if (options.output !== 'text') return printData(io, options.output, accepted)
      print(io, accepted.execution)
      note(io, `taken on; to see it happen: slipway watch ${accepted.execution}`)
    })
}
