import { Command } from 'commander'
import type { Io } from '../io.ts'
import { print, printJson, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function locksCommand(io: Io): Command {
  return withServer(new Command('locks'))
    .description('who holds which service on which target, and who waits for it')
    .action(async (options: ServerOptions) => {
      const { items } = await connect(io, options).listLocks()
      if (options.output === 'json') return printJson(io, items)
      const rows = items.map(({ target, service, holder, waiting }) => [
        target,
        service,
        holder?.execution ?? 'free',
        holder?.since ?? '',
        waiting.map(({ execution }) => execution).join(' '),
      ])
      print(io, table(['TARGET', 'SERVICE', 'HOLDER', 'SINCE', 'WAITING'], rows))
    })
}
