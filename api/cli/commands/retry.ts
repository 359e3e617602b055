import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { sayCommand } from '../say.ts'

export function retryCommand(io: Io): Command {
  const description = 'run an ended run again as a new attempt; what has succeeded and is unchanged is reused'
  const stage = 'run this stage again and all after it, even if it has succeeded'
  return sayCommand(io, { name: 'retry', description, stage }, (client, input) => client.retryExecution(input))
}
