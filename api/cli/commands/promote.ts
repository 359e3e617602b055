import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { sayCommand } from '../say.ts'

export function promoteCommand(io: Io): Command {
  const description = 'promote the canary that is running or held, now'
  const stage = 'the canary that is meant, when several run'
  return sayCommand(io, { name: 'promote', description, stage }, (client, input) => client.promoteExecution(input))
}
