import { setImmediate } from 'node:timers/promises'
import { calibrations } from '../../pipeline/canary/calibration.ts'
import type { Interval, SequentialConfig } from '../../pipeline/canary/judge.ts'
import { stableAgainstStable } from '../../pipeline/canary/stable-against-stable.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Store } from '../../store/store.ts'
import type { CalibrationReport } from '../contract/judging.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

/** Looks that are read of one run: the newest. More would tell little and hold up others. */
const looksOfRun = 300
/** Calibration is about the sequential judge, whichever is configured. */
const usual: SequentialConfig = { type: 'sequential', falseAlarm: 0.01 }

export function judgingOperations({ catalog, store }: Services): Pick<Handlers, 'getCalibration'> {
  return {
    async getCalibration({ params: { name }, query: { stage, runs } }) {
      const definition = await catalog.get(name)
      const pipeline = definition?.pipeline ?? null
      if (pipeline === null) throw new Refusal('not-found', missing(name, definition !== null))
      const canaries = canariesOf(pipeline, stage)
      const { items } = await store.list({ pipeline: name }, runs, null)
      const stages: CalibrationReport['stages'] = []
      for (const canary of canaries) stages.push(await calibrationOf(store, canary, items))
      return { body: { pipeline: name, stages } }
    },
  }
}

function missing(name: string, isKnown: boolean): string {
  return isKnown
    ? `the pipeline ${name} is not valid, so it has no settings to calibrate`
    : `there is no pipeline ${name}`
}

function canariesOf(pipeline: Pipeline, asked: string | undefined): StageOf<'canary'>[] {
  const canaries = pipeline.stages.filter(stage => stage.type === 'canary')
  const found = canaries.filter(({ id }) => asked === undefined || id === asked)
  if (found.length > 0 || asked === undefined) return found
  throw new Refusal('not-found', `the pipeline ${pipeline.name} has no canary stage ${asked}`)
}

async function calibrationOf(
  store: Store,
  { id, analysis }: StageOf<'canary'>,
  executions: readonly Execution[],
): Promise<CalibrationReport['stages'][number]> {
  const config = analysis.judge.type === 'sequential' ? analysis.judge : usual
  const all = calibrations(
    config,
    expandMetrics(analysis).map(metric => metric.config),
  )
  let [runs, looks] = [0, 0]
  for (const execution of executions) {
    const intervals = await sameReleaseIn(store, execution, id)
    if (intervals.length === 0) continue
    runs += 1
    looks += intervals.length
    for (const { add } of all) {
      add(intervals)
      // Judging is arithmetic; other requests must not wait for all of it.
      await setImmediate()
    }
  }
  const metrics = runs === 0 ? [] : all.map(({ report }) => report())
  return { stage: id, falseAlarm: config.falseAlarm, runs, looks, metrics }
}

async function sameReleaseIn(store: Store, execution: Execution, stage: string): Promise<Interval[]> {
  return stableAgainstStable(await store.evidence(execution.id, { stage, newest: looksOfRun }))
}
