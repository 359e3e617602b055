import { Command, CommanderError } from 'commander'
import { explain } from './explain.ts'
import { exitCodes, type Io } from './io.ts'
import { version } from './version.ts'

type MakeCommand = (io: Io) => Command

/** Every command of `slipway`, in the order of the help. Loaded when it is meant, so that a short one starts quickly. */
const commands: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  api: async () => (await import('./commands/api.ts')).apiCommand,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  validate: async () => (await import('./commands/validate.ts')).validateCommand,
  preview: async () => (await import('./commands/preview.ts')).previewCommand,
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  watch: async () => (await import('./commands/watch.ts')).watchCommand,
  list: async () => (await import('./commands/list.ts')).listCommand,
  get: async () => (await import('./commands/get.ts')).getCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
  rollback: async () => (await import('./commands/rollback.ts')).rollbackCommand,
  cancel: async () => (await import('./commands/cancel.ts')).cancelCommand,
  promote: async () => (await import('./commands/promote.ts')).promoteCommand,
  approve: async () => (await import('./commands/approve.ts')).approveCommand,
  reject: async () => (await import('./commands/reject.ts')).rejectCommand,
  pause: async () => (await import('./commands/pause.ts')).pauseCommand,
  resume: async () => (await import('./commands/resume.ts')).resumeCommand,
  skip: async () => (await import('./commands/skip.ts')).skipCommand,
  retry: async () => (await import('./commands/retry.ts')).retryCommand,
  inbox: async () => (await import('./commands/inbox.ts')).inboxCommand,
  pipelines: async () => (await import('./commands/pipelines.ts')).pipelinesCommand,
  targets: async () => (await import('./commands/targets.ts')).targetsCommand,
  locks: async () => (await import('./commands/locks.ts')).locksCommand,
  token: async () => (await import('./commands/token.ts')).tokenCommand,
  user: async () => (await import('./commands/user.ts')).userCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  auth: async () => (await import('./commands/auth.ts')).authCommand,
  freezes: async () => (await import('./commands/freezes.ts')).freezesCommand,
  quarantine: async () => (await import('./commands/quarantine.ts')).quarantineCommand,
  kubernetes: async () => (await import('./commands/kubernetes.ts')).kubernetesCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  config: async () => (await import('./commands/config.ts')).configCommand,
  login: async () => (await import('./commands/login.ts')).loginCommand,
  context: async () => (await import('./commands/context.ts')).contextCommand,
  judge: async () => (await import('./commands/judge.ts')).judgeCommand,
  backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  power: async () => (await import('./commands/power.ts')).powerCommand,
  completion: async () => {
    const { completionCommand } = await import('./commands/completion.ts')
    return io => completionCommand(io, meant => createProgram(meant, io))
  },
}

/** Runs one command line; resolves with the exit code, after everything was said. Never rejects. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  try {
    const program = await createProgram(args[0], io)
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.succeeded
  } catch (error) {
    return error instanceof CommanderError ? usageCode(error) : explain(error, io)
  }
}

/** The program with the one command that is meant, or with all of them when none is. */
async function createProgram(meant: string | undefined, io: Io): Promise<Command> {
  const program = new Command('slipway')
    .description('Continuous delivery that takes a bad release back by itself.')
    .version(version, '-V, --version')
    .addHelpText('after', exitCodesHelp)
  const one = meant !== undefined && Object.hasOwn(commands, meant) ? commands[meant] : undefined
  const loaded = await Promise.all((one === undefined ? Object.values(commands) : [one]).map(load => load()))
  for (const make of loaded) program.addCommand(make(io))
  for (const command of withInner(program)) speakThrough(io, command)
  return program
}

const exitCodesHelp = `
Exit codes: 0 succeeded, 1 error, 2 invalid input, 3 failed, 4 rolled back, 5 canceled or rejected,
6 waiting for a person, 7 timeout, 8 forbidden, 9 conflict, 10 server unreachable, 11 errored.`

function withInner(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withInner)]
}

function speakThrough(io: Io, command: Command): void {
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
