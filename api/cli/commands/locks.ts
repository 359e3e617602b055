import { Command } from 'commander'
import type { QueueView } from '../../contract/targets.ts'
import type { Io } from '../io.ts'
import { print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function locksCommand(io: Io): Command {
  return withServer(new Command('locks'))
    .description('who holds which service on which target, which runs of a pipeline are at work, and who waits')
    .action(async (options: ServerOptions) => {
      const { items, queues } = await connect(io, options).listLocks()
      if (options.output !== 'text') return printData(io, options.output, { items, queues })
      const rows = items.map(({ target, service, holder, waiting }) => [
        target,
        service,
        holder?.execution ?? 'free',
        holder?.since ?? '',
        waiting.map(({ execution }) => execution).join(' '),
      ])
      print(io, table(['TARGET', 'SERVICE', 'HOLDER', 'SINCE', 'WAITING'], rows))
      if (queues.length > 0) print(io, `\n${queueTable(queues)}`)
    })
}

function queueTable(queues: readonly QueueView[]): string {
  const rows = queues.map(({ pipeline, limit, whenBusy, running, waiting }) => [
    pipeline,
    `${running.length}/${limit}`,
    whenBusy,
    running.map(({ execution }) => execution).join(' ') || 'none',
    waiting.map(({ execution }, index) => `${index + 1}. ${execution}`).join(' '),
  ])
  return table(['PIPELINE', 'RUNS', 'WHEN BUSY', 'RUNNING', 'WAITING'], rows)
}
