import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { planOf } from '../../../pipeline/plan.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { Stage } from '../../../pipeline/schema/stage.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import type { Simulated } from '../../contract/preview.ts'
import { templatesBeside } from '../../definitions/templates-beside.ts'
import { openCheckout } from '../checkout.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { print, printData, safe, table } from '../output.ts'
import { collect } from '../parameter-option.ts'
import { previewText } from '../preview-text.ts'
import { type Previewed, type PreviewOptions, previewCheckout, previewInForce } from '../preview-versions.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'
import { readServerView } from '../server-view.ts'
import { readTextFile, type TextFile, textFiles } from '../text-files.ts'

interface Options extends ServerOptions {
  base?: string
  inForce?: true
  config?: string
  parameter: string[]
  simulate: boolean
}

/**
 * `slipway preview FILE`: a pipeline as it would run. With `--base main` (in a git checkout) or `--in-force` (on a server):
 * what changes for runs. Ends with 2 when a file is not valid, with 3 when a good release that went through before would
 * not any more, or a bad one would that did not.
 */
export function previewCommand(io: Io): Command {
  return withServer(new Command('preview'))
    .description('show a pipeline as it would run, or what changes for runs since --base or what is --in-force')
    .argument('[path...]', 'pipeline files, or folders of them (default: pipelines)')
    .option('--base <commit>', 'compare with where this checkout left the branch or commit')
    .option('--in-force', 'compare with what is in force on the server')
    .option('--config <file>', 'server configuration to check against; --in-force checks against the server')
    .option('-p, --parameter <key=value>', 'for the simulation; required ones get a sample', collect, [])
    .option('--no-simulate', 'compare only what is written')
    .action(async (paths: string[], options: Options) => {
      if (options.base !== undefined && options.inForce)
        throw new CliError('--base and --in-force are two things to compare with; give one', exitCodes.invalid)
      if (options.base === undefined && !options.inForce) return showPlan(io, paths, options)
      const all = await compare(io, paths.length === 0 ? [usualFolder()] : paths, options)
      if (options.output !== 'text') printData(io, options.output, all)
      else for (const one of all) print(io, previewText(one))
      finish(all)
    })
}

function usualFolder(): string {
  if (existsSync('pipelines')) return 'pipelines'
  throw new CliError('there is no folder "pipelines" here; name the files or folders of pipelines', exitCodes.invalid)
}

async function compare(io: Io, paths: string[], options: Options): Promise<Previewed[]> {
  const { base, parameter, simulate, config } = options
  const server = config === undefined ? undefined : await readServerView(config)
  const settings: PreviewOptions = { simulate, parameter, server }
  if (base === undefined) return previewInForce(await filesOf(paths, io), connect(io, options), settings)
  const checkout = await openCheckout(base)
  const before = await checkout.filesAt(paths)
  // A file that is named and gone is one that was removed.
  const there = paths.filter(path => existsSync(path) || ![...before.keys()].includes(path))
  return previewCheckout(await filesOf(there, io), { base: checkout.base, before }, settings)
}

async function filesOf(paths: readonly string[], io: Io): Promise<TextFile[]> {
  const files: TextFile[] = []
  for await (const file of textFiles(paths, io)) files.push(file)
  return files
}

function finish(all: readonly Previewed[]): void {
  const invalid = all.filter(({ valid }) => !valid)
  if (invalid.length > 0) {
    const files = invalid.map(({ file }) => file).join(', ')
    throw new CliError(`not valid: ${safe(files)}`, exitCodes.invalid)
  }
  const worse = all.flatMap(({ name, preview }) =>
    (preview?.simulations ?? []).filter(isWorse).map(found => [name, found] as const),
  )
  const [first] = worse
  if (first === undefined) return
  const [name, { scenario, after }] = first
  throw new CliError(
    `${name}: a ${scenario} release would end ${after.status} now; before it did not`,
    exitCodes.failed,
  )
}

/** A good release succeeds and a bad one does not: what held and holds no more. */
function isWorse({ scenario, before, after }: Simulated): boolean {
  if (before === null) return false
  const isRight = (status: string) => (status === 'succeeded') === (scenario === 'good')
  return isRight(before.status) && !isRight(after.status)
}

async function showPlan(io: Io, paths: readonly string[], { output }: Options): Promise<void> {
  const [file, ...more] = paths
  if (file === undefined || more.length > 0)
    throw new CliError(
      'name one pipeline file, or say what to compare with: --base main, or --in-force',
      exitCodes.invalid,
    )
  const { pipeline, problems } = validatePipeline(await readTextFile(file), file, {
    templates: await templatesBeside(dirname(file)),
  })
  if (pipeline === null)
    throw new CliError(problems.map(problem => safe(formatProblem(problem))).join('\n'), exitCodes.invalid)
  const stages = inOrder(pipeline)
  if (output !== 'text') return printData(io, output, { ...pipeline, stages })
  print(io, table(['STAGE', 'TYPE', 'AFTER', 'WHERE', 'OF MATRIX'], stages.map(row)))
}

type Planned = Stage & { needs: readonly string[] }

function inOrder(pipeline: Pipeline): Planned[] {
  const { order, needs } = planOf(pipeline)
  return order.map(id => ({ ...pipeline.stages.find(stage => stage.id === id)!, needs: needs[id]! as string[] }))
}

function row(stage: Planned): string[] {
  const { id, type, needs, cell } = stage
  const target = 'target' in stage ? String(stage.target) : ''
  const service = 'service' in stage ? String(stage.service) : ''
  const values = Object.entries(cell?.values ?? {}).map(([key, value]) => `${key}=${value}`)
  return [id, type, needs.join(' '), [service, target].filter(Boolean).join(' on '), values.join(' ')]
}
