import { dirname } from 'node:path'
import { Command } from 'commander'
import type { Problem } from '../../../pipeline/problem.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import type { ServerView } from '../../../pipeline/validate.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import { templatesBeside } from '../../definitions/templates-beside.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, type OutputFormat, outputOption, paint, printData, safe } from '../output.ts'
import { readServerView } from '../server-view.ts'
import type { TextFile } from '../text-files.ts'
import { textFiles } from '../text-files.ts'

interface ValidateOptions {
  config?: string
  output: OutputFormat
}

/** What is said of one file; with `-o json` a list of these, in order, is the data. */
interface Checked {
  file: string
  valid: boolean
  /** Of the pipeline; null when it cannot be told. */
  name: string | null
  problems: Problem[]
  notes: Problem[]
  unchecked: string[]
}

/**
 * `slipway validate FILE…`: checks pipelines without a server and says what it could not check. Ends with 2 when any of
 * them is not valid.
 */
export function validateCommand(io: Io): Command {
  return new Command('validate')
    .description('check pipeline files without a server')
    .argument('<file...>', 'pipeline files, folders of them, or - for standard input')
    .option('--config <file>', 'server configuration to check targets, services and metric providers against')
    .addOption(outputOption())
    .action(async (paths: string[], { config, output }: ValidateOptions) => {
      const server = config === undefined ? undefined : await readServerView(config)
      const all: Checked[] = []
      for await (const file of textFiles(paths, io)) {
        const checked = await check(file, server)
        all.push(checked)
        if (output === 'text') tell(checked, io)
      }
      if (output !== 'text') printData(io, output, all)
      else tellUnchecked(all, io)
      const invalid = all.filter(({ valid }) => !valid).length
      if (invalid === 0) return
      const files = all.length === 1 ? 'file is' : 'files are'
      throw new CliError(`${invalid} of ${all.length} ${files} not valid`, exitCodes.invalid)
    })
}

async function check({ name: file, text }: TextFile, server: ServerView | undefined): Promise<Checked> {
  if (text === null) {
    const problem = { file, line: 1, column: 1, pointer: '', message: 'this is not UTF-8 text' }
    return { file, valid: false, name: null, problems: [problem], notes: [], unchecked: [] }
  }
  const { pipeline, problems, notes, unchecked } = validatePipeline(text, file, {
    server,
    templates: await templatesBeside(dirname(file)),
  })
  return { file, valid: pipeline !== null, name: pipeline?.name ?? null, problems, notes, unchecked }
}

function tell({ file, valid, problems, notes }: Checked, io: Io): void {
  for (const problem of problems) note(io, safe(formatProblem(problem)))
  for (const hint of notes) note(io, safe(formatProblem({ ...hint, message: `note: ${hint.message}` })))
  if (valid) note(io, `${safe(file)}: ${paint(io, io.stderr, 'green', 'valid')}`)
}

function tellUnchecked(all: readonly Checked[], io: Io): void {
  const unchecked = [...new Set(all.flatMap(checked => checked.unchecked))]
  if (unchecked.length === 0) return
  note(io, `not checked without a server: ${unchecked.join(', ')} (give --config slipway.yaml to check them)`)
}
