import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { answerCommand } from '../judgment.ts'

export function approveCommand(io: Io): Command {
  return answerCommand(io, 'approve', 'approve what a run waits for')
}
