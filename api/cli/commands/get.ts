import { Command } from 'commander'
import { describeDetail } from '../describe.ts'
import type { Io } from '../io.ts'
import { print, printData } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function getCommand(io: Io): Command {
  return withServer(new Command('get'))
    .description('one run: stages, traffic, and what it waits for')
    .argument('<execution>')
    .action(async (id: string, options: ServerOptions) => {
      const execution = await connect(io, options).getExecution({ id })
      if (options.output !== 'text') return printData(io, options.output, execution)
      print(io, describeDetail(execution))
    })
}
