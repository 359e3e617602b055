import { Command } from 'commander'
import { loadConfiguration } from '../../../pipeline/configuration.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, type OutputFormat, outputOption, print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'
import { readTextFile } from '../text-files.ts'

interface CheckOptions {
  output: OutputFormat
}

/** `slipway config check FILE`: says what is wrong with a server configuration, without a server. Ends with 2 then. */
export function configCommand(io: Io): Command {
  const check = new Command('check')
    .description('check a server configuration without a server')
    .argument('[file]', 'the configuration', 'slipway.yaml')
    .addOption(outputOption())
    .action(async (file: string, { output }: CheckOptions) => {
      const { configuration, problems } = loadConfiguration(await readTextFile(file), file)
      if (output !== 'text') printData(io, output, { file, valid: configuration !== null, problems })
      if (configuration === null) {
        if (output === 'text') for (const problem of problems) note(io, formatProblem(problem))
        throw new CliError(`${file} is not valid`, exitCodes.invalid)
      }
      if (output === 'text') print(io, summary(configuration))
    })
  return new Command('config')
    .description('about the configuration of a server')
    .addCommand(check)
    .addCommand(statusCommand(io))
}

/** `slipway config status`: which configuration is in force. Ends with 2 when the file on the server is not valid. */
function statusCommand(io: Io): Command {
  return withServer(new Command('status'))
    .description('which configuration a server works with, and what of its file is not in force')
    .action(async (options: ServerOptions) => {
      const { version, configuration } = await connect(io, options).getServer()
      const { since, refused, needsRestart } = configuration
      if (options.output !== 'text') printData(io, options.output, { version, configuration })
      else {
        print(io, `slipway ${version}, configuration in force since ${since}`)
        if (needsRestart.length > 0) print(io, `after a restart: ${needsRestart.join(', ')}`)
      }
      if (refused === null) return
      for (const problem of refused.problems) note(io, problem)
      throw new CliError(`the file was changed, is not valid and was refused at ${refused.at}`, exitCodes.invalid)
    })
}

/** How much there is of everything that has names, so that what was left out is seen. */
function summary(configuration: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(configuration).flatMap(([key, value]) => {
    if (Array.isArray(value)) return [[key, `${value.length}`]]
    const names = Object.keys(value ?? {})
    return [[key, names.join(', ') || 'none']]
  })
  return table(['SECTION', 'WHAT IT HAS'], rows)
}
