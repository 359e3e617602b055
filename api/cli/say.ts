import { Command } from 'commander'
import type { Client } from '../client/client.ts'
import type { Io } from './io.ts'
import { print, printData } from './output.ts'
import { connect, type ServerOptions, withServer } from './server-options.ts'

export interface SayOptions extends ServerOptions {
  reason?: string
  stage?: string
}

interface Said {
  id: string
  status: string
}

/** A command that says one thing to one run, with a reason if there is one, and shows the run after it. */
export function sayCommand(
  io: Io,
  command: { name: string; description: string; stage?: string },
  say: (client: Client, input: { id: string; body: { reason?: string; stage?: string } }) => Promise<Said>,
): Command {
  const made = withServer(new Command(command.name))
    .description(command.description)
    .argument('<execution>')
    .option('--reason <text>', 'for those who look at the run later')
  if (command.stage !== undefined) made.option('--stage <stage>', command.stage)
  return made.action(async (id: string, { reason, stage, ...options }: SayOptions) => {
    const body = { ...(reason === undefined ? {} : { reason }), ...(stage === undefined ? {} : { stage }) }
    const execution = await say(connect(io, options), { id, body })
    if (options.output !== 'text') return printData(io, options.output, execution)
    print(io, `${execution.id} ${execution.status}`)
  })
}
