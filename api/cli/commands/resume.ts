import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { sayCommand } from '../say.ts'

export function resumeCommand(io: Io): Command {
  const description = 'go on with a run that was paused'
  return sayCommand(io, { name: 'resume', description }, (client, input) => client.resumeExecution(input))
}
