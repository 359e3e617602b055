import { Command } from 'commander'
import type { PipelineSourceState, PipelineSummary } from '../../contract/pipelines.ts'
import type { ProblemError } from '../../contract/problem.ts'
import type { Io } from '../io.ts'
import { note, paint, print, printData, safe, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

/** `slipway pipelines`: what can be triggered, in which version, and what is wrong with files and sources. */
export function pipelinesCommand(io: Io): Command {
  return withServer(new Command('pipelines'))
    .description('pipelines, the version of each that is in force, and what is wrong')
    .action(async ({ output, ...options }: ServerOptions) => {
      const list = await connect(io, options).listPipelines()
      if (output !== 'text') return printData(io, output, list)
      const rows = list.items.map(item => [
        item.name,
        item.application ?? '',
        short(item.revision),
        stateOf(item),
        item.source,
      ])
      print(io, table(['NAME', 'APPLICATION', 'REVISION', 'STATE', 'FILE'], rows))
      for (const line of [...list.sources.flatMap(sourceProblem), ...list.items.flatMap(problemsOf)])
        note(io, paint(io, io.stderr, 'yellow', safe(line)))
    })
}

function stateOf({ valid, refused }: PipelineSummary): string {
  if (!valid) return 'not valid'
  return refused === null ? 'in force' : `${short(refused.revision)} refused`
}

function sourceProblem({ origin, problem, revision }: PipelineSourceState): string[] {
  if (problem === null) return []
  const kept = revision === null ? 'nothing was read yet' : `${short(revision)} stays in force`
  return [`${origin}: ${problem} (${kept})`]
}

function problemsOf({ source, problems, refused }: PipelineSummary): string[] {
  const later = refused?.problems.map(problem => `${place(source, problem)} (at ${short(refused.revision)})`) ?? []
  return [...problems.map(problem => place(source, problem)), ...later]
}

function place(source: string, { line, column, message }: ProblemError): string {
  return line === null ? message : `${source}:${line}:${column}: ${message}`
}

function short(revision: string): string {
  return revision.slice(0, 12)
}
