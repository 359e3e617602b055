import { Command, CommanderError } from 'commander'
import { apiCommand } from './commands/api.ts'
import { cancelCommand } from './commands/cancel.ts'
import { getCommand } from './commands/get.ts'
import { listCommand } from './commands/list.ts'
import { locksCommand } from './commands/locks.ts'
import { loginCommand } from './commands/login.ts'
import { promoteCommand } from './commands/promote.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { runCommand } from './commands/run.ts'
import { serveCommand } from './commands/serve.ts'
import { targetsCommand } from './commands/targets.ts'
import { validateCommand } from './commands/validate.ts'
import { watchCommand } from './commands/watch.ts'
import { workerCommand } from './commands/worker.ts'
import { explain } from './explain.ts'
import { exitCodes, type Io } from './io.ts'
import { version } from './version.ts'

/** Every command of `slipway`, in the order of the help. */
const commands = [
  serveCommand,
  apiCommand,
  workerCommand,
  validateCommand,
  runCommand,
  watchCommand,
  listCommand,
  getCommand,
  rollbackCommand,
  cancelCommand,
  promoteCommand,
  targetsCommand,
  locksCommand,
  loginCommand,
] as const satisfies readonly ((io: Io) => Command)[]

/** Runs one command line; resolves with the exit code, after everything was said. Never rejects. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  const program = new Command('slipway')
    .description('Continuous delivery that takes a bad release back by itself.')
    .version(version, '-V, --version')
    .addHelpText(
      'after',
      '\nExit codes: 0 succeeded, 1 error, 2 invalid input, 3 failed, 4 rolled back, 5 canceled or rejected,\n6 waiting for a person, 7 timeout, 8 forbidden, 9 conflict, 10 server unreachable, 11 errored.',
    )
  for (const make of commands) program.addCommand(make(io))
  for (const command of [program, ...program.commands]) quiet(command, io)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.succeeded
  } catch (error) {
    return error instanceof CommanderError ? usageCode(error) : explain(error, io)
  }
}

function quiet(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
    })
}

function usageCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.succeeded : exitCodes.invalid
}
