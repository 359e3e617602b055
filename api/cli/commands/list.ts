import { Command, InvalidArgumentError } from 'commander'
import type { ExecutionStatus } from '../../../pipeline/statuses.ts'
import { currentStage, describeProgress, duration, isExecutionStatus } from '../describe.ts'
import type { Io } from '../io.ts'
import { note, print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface ListOptions extends ServerOptions {
  pipeline?: string
  application?: string
  status?: ExecutionStatus[]
  limit: number
  cursor?: string
}

export function listCommand(io: Io): Command {
  return withServer(new Command('list'))
    .description('runs, newest first')
    .option('--pipeline <name>')
    .option('--application <name>')
    .option('--status <status...>', 'only these', parseStatus)
    .option('--limit <number>', 'at most so many', parseLimit, 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async ({ output, data, context, ...query }: ListOptions) => {
      const page = await connect(io, { data, context }).listExecutions(query)
      if (output !== 'text') return printData(io, output, page)
      const rows = page.items.map(execution => {
        const stage = currentStage(execution)
        const now = stage === null ? '' : [stage.id, describeProgress(stage)].filter(Boolean).join(' · ')
        const { id, status, trigger, createdAt, endedAt } = execution
        return [id, status, createdAt, duration(createdAt, endedAt), trigger.by, now]
      })
      print(io, table(['ID', 'STATUS', 'STARTED', 'TOOK', 'BY', 'STAGE'], rows))
      if (page.next !== null) note(io, `more: --cursor ${page.next}`)
    })
}

function parseStatus(text: string, all: ExecutionStatus[] = []): ExecutionStatus[] {
  const found = text.split(',')
  const unknown = found.find(status => !isExecutionStatus(status))
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no status ${unknown}`)
  return [...all, ...(found as ExecutionStatus[])]
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 200) return limit
  throw new InvalidArgumentError('a number from 1 to 200')
}
