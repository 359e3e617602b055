import { Command } from 'commander'
import type { Io } from '../io.ts'
import { print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function inboxCommand(io: Io): Command {
  return withServer(new Command('inbox'))
    .description('all that waits for a person, the longest waiting first')
    .action(async (options: ServerOptions) => {
      const inbox = await connect(io, options).getInbox()
      if (options.output !== 'text') return printData(io, options.output, inbox)
      const rows = inbox.items.map(({ kind, execution, stage, since, reason }) => [
        kind,
        execution,
        stage,
        since ?? '',
        reason ?? '',
      ])
      print(io, table(['WHAT', 'EXECUTION', 'STAGE', 'SINCE', 'WHY'], rows))
    })
}
