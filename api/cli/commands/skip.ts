import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { sayCommand } from '../say.ts'

export function skipCommand(io: Io): Command {
  const description = 'end the wait of a stage now, or its waiting for a window'
  const stage = 'the stage that is meant, when several wait'
  return sayCommand(io, { name: 'skip', description, stage }, (client, input) => client.skipExecution(input))
}
