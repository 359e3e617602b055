import { CaseError } from '../../pipeline/canary/kayenta/case-error.ts'
import { parseSequentialCase } from '../../pipeline/schema/judge-case.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import { didYouMean } from '../../pipeline/suggest.ts'
import type { Scenario } from '../main/simulate/scenario.ts'
import { CliError, exitCodes } from './io.ts'
import { readTextFile } from './text-files.ts'

const plain = ['good', 'bad', 'no-traffic', 'metrics-down'] as const
const known = [...plain, 'target-fails-at:STAGE', 'gate-closed:GATE', 'recorded:FILE']

/** What `--scenario` means for this pipeline. */
export async function readScenario(text: string, pipeline: Pipeline): Promise<Scenario> {
  const kind = plain.find(name => name === text)
  if (kind !== undefined) return { kind }
  const [name, argument] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
  if (name === 'target-fails-at') return { kind: name, stage: stageOf(argument, pipeline) }
  if (name === 'gate-closed') return { kind: name, gate: gateOf(argument, pipeline) }
  if (name === 'recorded') return { kind: name, intervals: await readIntervals(argument) }
  const meant = didYouMean(text, known)
  throw new CliError(`there is no scenario "${text}"${meant}; there are ${known.join(', ')}`, exitCodes.invalid)
}

function stageOf(id: string, { name, stages }: Pipeline): string {
  const ids = stages.map(stage => stage.id)
  if (ids.includes(id)) return id
  throw new CliError(`${name} has no stage "${id}"${didYouMean(id, ids)}; it has ${ids.join(', ')}`, exitCodes.invalid)
}

function gateOf(asked: string, { name, stages }: Pipeline): string {
  const names = stages.flatMap(stage => (stage.type === 'canary' ? (stage.gates ?? []).map(gate => gate.name) : []))
  if (names.includes(asked)) return asked
  const listed = names.length === 0 ? 'it has none' : `it has ${[...new Set(names)].join(', ')}`
  throw new CliError(`${name} has no gate "${asked}"${didYouMean(asked, names)}; ${listed}`, exitCodes.invalid)
}

/** The intervals of the first case of a file for `slipway judge`. */
async function readIntervals(file: string) {
  const [line = ''] = (await readTextFile(file)).split('\n').filter(each => each.trim() !== '')
  try {
    return parseSequentialCase(JSON.parse(line)).evidence.intervals
  } catch (error) {
    if (!(error instanceof CaseError || error instanceof SyntaxError)) throw error
    throw new CliError(`${file}: ${error.message}; give a case as slipway judge reads it`, exitCodes.invalid)
  }
}
