import { Command } from 'commander'
import type { Io } from '../io.ts'
import { note, print, printData } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface RollbackOptions extends ServerOptions {
  reason?: string
}

export function rollbackCommand(io: Io): Command {
  return withServer(new Command('rollback'))
    .description('take back what a run did, also after its end')
    .argument('<execution>')
    .option('--reason <text>', 'for those who look at the run later')
    .action(async (id: string, { reason, ...options }: RollbackOptions) => {
      const accepted = await connect(io, options).rollbackExecution({
        id,
        body: reason === undefined ? {} : { reason },
      })
      if (options.output !== 'text') return printData(io, options.output, accepted)
      print(io, accepted.execution)
      note(io, `taken on; to see it happen: slipway watch ${accepted.execution}`)
    })
}
