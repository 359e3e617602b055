import { Command } from 'commander'
import { parseDuration } from '../duration-option.ts'
import { follow } from '../follow.ts'
import type { Io } from '../io.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface WatchOptions extends ServerOptions {
  waitJudgment: boolean
  timeout?: number
}

export function watchCommand(io: Io): Command {
  return withServer(new Command('watch'))
    .description('show a run as it goes, until its end')
    .argument('<execution>')
    .option('--no-wait-judgment', 'return when the run waits for a person')
    .option('--timeout <duration>', 'wait no longer than this', parseDuration)
    .action(async (id: string, options: WatchOptions) => {
      const { output, timeout, waitJudgment } = options
      await follow(connect(io, options), id, { output, timeout: timeout ?? null, stopAtPerson: !waitJudgment }, io)
    })
}
