import { loadConfiguration, serverView } from '../../pipeline/configuration.ts'
import { formatProblem } from '../../pipeline/problem.ts'
import type { ServerView } from '../../pipeline/validate.ts'
import { CliError, exitCodes } from './io.ts'
import { safe } from './output.ts'
import { readTextFile } from './text-files.ts'

/** What pipelines are checked against, from the configuration of a server. */
export async function readServerView(file: string): Promise<ServerView> {
  const { configuration, problems } = loadConfiguration(await readTextFile(file), file)
  if (configuration !== null) return serverView(configuration)
  const lines = problems.map(problem => safe(formatProblem(problem))).join('\n')
  throw new CliError(`the configuration ${file} is not valid:\n${lines}`, exitCodes.invalid)
}
