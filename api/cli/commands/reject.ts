import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { answerCommand } from '../judgment.ts'

export function rejectCommand(io: Io): Command {
  return answerCommand(io, 'reject', 'reject what a run waits for; the run ends')
}
