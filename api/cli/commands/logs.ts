import { Command } from 'commander'
import type { StageLog } from '../../contract/routes/logs.ts'
import { followLog } from '../follow-log.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print, printData, safe } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function logsCommand(io: Io): Command {
  return withServer(new Command('logs'))
    .description('what the jobs of run stages have printed')
    .argument('<execution>')
    .argument('[stage]', 'without it, every run stage that has a log')
    .option('--characters <number>', 'at most so many of each, the newest', '65536')
    .option('-f, --follow', 'print what one job prints, until its stage has ended')
    .action(async (id: string, stage: string | undefined, options: LogsOptions) => {
      const client = connect(io, options)
      if (options.follow && options.output !== 'text')
        throw new CliError('--follow prints text; leave out -o, or --follow', exitCodes.invalid)
      if (options.follow) return followLog(client, id, stage, io)
      const named = stage === undefined ? await ended(id, client) : [stage]
      const logs: StageLog[] = []
      for (const one of named) logs.push(await client.getStageLog({ id, stage: one, characters: options.characters }))
      if (options.output !== 'text') return printData(io, options.output, logs)
      for (const log of logs) show(io, log, logs.length > 1)
    })
}

type LogsOptions = ServerOptions & { characters: string; follow?: true }

async function ended(id: string, client: ReturnType<typeof connect>): Promise<string[]> {
  const { stages } = await client.getExecution({ id })
  const found = stages.filter(({ type, outputs }) => type === 'run' && typeof outputs.log === 'string')
  if (found.length > 0) return found.map(stage => stage.id)
  throw new CliError(`no run stage of ${id} has a log; see slipway get ${id}`, exitCodes.invalid)
}

function show(io: Io, { stage, text, leftOut }: StageLog, isOneOfMany: boolean): void {
  if (isOneOfMany) print(io, `== ${stage}`)
  if (leftOut > 0) note(io, `${leftOut} characters before this are left out; see --characters`)
  // What a program prints must not steer the terminal of whoever reads it.
  print(io, text.trimEnd().split('\n').map(safe).join('\n'))
}
