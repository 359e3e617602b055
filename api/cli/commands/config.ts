import { Command, Option } from 'commander'
import { loadConfiguration } from '../../../pipeline/configuration.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print, printJson, table } from '../output.ts'
import { readTextFile } from '../text-files.ts'

interface CheckOptions {
  output: 'text' | 'json'
}

/** `slipway config check FILE`: says what is wrong with a server configuration, without a server. Ends with 2 then. */
export function configCommand(io: Io): Command {
  const check = new Command('check')
    .description('check a server configuration without a server')
    .argument('[file]', 'the configuration', 'slipway.yaml')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (file: string, { output }: CheckOptions) => {
      const { configuration, problems } = loadConfiguration(await readTextFile(file), file)
      if (output === 'json') printJson(io, { file, valid: configuration !== null, problems })
      if (configuration === null) {
        if (output === 'text') for (const problem of problems) note(io, formatProblem(problem))
        throw new CliError(`${file} is not valid`, exitCodes.invalid)
      }
      if (output === 'text') print(io, summary(configuration))
    })
  return new Command('config').description('about the configuration of a server').addCommand(check)
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
