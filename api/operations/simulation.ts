import { checkParameters } from '../../pipeline/parameters.ts'
import { jsonPointer } from '../../pipeline/problem.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import { didYouMean } from '../../pipeline/suggest.ts'
import type { ProblemError } from '../contract/problem.ts'
import { usualWorld } from '../contract/simulation.ts'
import { checkInPlace } from '../definitions/check-in-place.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function simulationOperations({
  catalog,
  check,
  simulate,
}: Pick<Services, 'catalog' | 'check' | 'simulate'>): Pick<Handlers, 'simulatePipeline'> {
  return {
    async simulatePipeline(call) {
      const { text, parameters, ...settings } = call.body
      const { pipeline, problems } = await checkInPlace(text, callerOf(call), { catalog, check })
      if (pipeline === null) throw new Refusal('invalid-definition', 'the text is not a pipeline', { errors: problems })
      const { scenario } = settings
      if (scenario.kind === 'target-fails-at') refuseUnknown(pipeline, 'stage', scenario.stage)
      if (scenario.kind === 'gate-closed') refuseUnknown(pipeline, 'gate', scenario.gate)
      const { values, findings } = checkParameters(pipeline, simulate.sample(pipeline, parameters))
      if (values === null)
        throw new Refusal('invalid-parameters', 'a value does not fit, or no sample does', {
          errors: findings.map(({ path, message }) => problemAt(`/parameters${jsonPointer(path)}`, message)),
        })
      return {
        body: await simulate.run(pipeline, { ...settings, parameters: values, start: usualWorld.start }, call.signal),
      }
    },
  }
}

function refuseUnknown({ name, stages }: Pipeline, what: 'stage' | 'gate', asked: string): void {
  const gates = stages.flatMap(stage => (stage.type === 'canary' ? (stage.gates ?? []) : []))
  const known = what === 'stage' ? stages.map(({ id }) => id) : gates.map(gate => gate.name)
  if (known.includes(asked)) return
  const listed = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`
  const message = `${name} has no ${what} "${asked}"${didYouMean(asked, known)}; ${listed}`
  throw new Refusal('invalid-request', message, { errors: [problemAt(`/scenario/${what}`, message)] })
}

function problemAt(pointer: string, message: string): ProblemError {
  return { pointer, message, line: null, column: null }
}
