import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { sayCommand } from '../say.ts'

export function pauseCommand(io: Io): Command {
  const description = 'begin nothing new in a run: no stage, no attempt, no step of a canary'
  return sayCommand(io, { name: 'pause', description }, (client, input) => client.pauseExecution(input))
}
