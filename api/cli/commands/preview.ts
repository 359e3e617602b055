import { dirname } from 'node:path'
import { Command, Option } from 'commander'
import { planOf } from '../../../pipeline/plan.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { Stage } from '../../../pipeline/schema/stage.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import { templatesBeside } from '../../definitions/templates-beside.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { print, printJson, safe, table } from '../output.ts'
import { readTextFile } from '../text-files.ts'

/**
 * `slipway preview FILE`: a pipeline as it would run, without a server: every matrix written out, every default filled in,
 * every stage after all it needs.
 */
export function previewCommand(io: Io): Command {
  return new Command('preview')
    .description('show a pipeline as it would run: matrices written out, defaults filled in, in order')
    .argument('<file>', 'a pipeline file')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (file: string, { output }: { output: 'text' | 'json' }) => {
      const { pipeline, problems } = validatePipeline(await readTextFile(file), file, {
        templates: await templatesBeside(dirname(file)),
      })
      if (pipeline === null)
        throw new CliError(problems.map(problem => safe(formatProblem(problem))).join('\n'), exitCodes.invalid)
      const stages = inOrder(pipeline)
      if (output === 'json') return printJson(io, { ...pipeline, stages })
      print(io, table(['STAGE', 'TYPE', 'AFTER', 'WHERE', 'OF MATRIX'], stages.map(row)))
    })
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
