import type { Activities, ShiftRequest } from '../../../activities/requests.ts'
import type { Execution, ExecutionEvent, ParameterValue } from '../../../pipeline/execution.ts'
import { expandMetrics } from '../../../pipeline/presets.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { ExecutionInput } from '../../../store/store.ts'
import { interpret } from '../../../workflows/interpreter.ts'
import { createJournal } from '../../../workflows/journal.ts'
import { createOutbox } from '../../../workflows/outbox.ts'
import { createRecorder } from '../../../workflows/recorder.ts'
import { stageRegistry } from '../../../workflows/stages/registry.ts'
import { createSteering } from '../../../workflows/steering.ts'
import { defaultTimings } from '../../../workflows/timings.ts'
import { simulatedActivities } from './activities.ts'
import { simulatedMetrics } from './metrics.ts'
import { attend } from './people.ts'
import type { Answer, Scenario } from './scenario.ts'
import { simulatedTargets } from './targets.ts'
import { simulatedWorld } from './world.ts'

export interface RunSettings {
  scenario: Scenario
  parameters: Readonly<Record<string, ParameterValue>>
  seed: number
  /** Epoch milliseconds. */
  start: number
  /** What every service runs before; null: nothing. */
  running: string | null
  instances: number
  /** Requests a second of every service. */
  rate: number
  /** Milliseconds until instances are healthy. */
  startUp: number
  people: { answer: Answer; after: number | 'last' }
  /** `never`: no look is ever clear before the last one. */
  clarity: 'by the judge' | 'never'
  /** When all has been done somebody rolls the run back. */
  regret: boolean
}

export interface SimulatedRun {
  execution: Execution
  /** In order, looks left out. */
  events: ExecutionEvent[]
  looks: number
  /** Milliseconds. */
  duration: number
  /** Stages that would wait for people for ever. */
  unlimited: string[]
}

/** Runs a pipeline by the interpreter itself, in a world of its own, in no time. */
export async function runSimulated(pipeline: Pipeline, settings: RunSettings): Promise<SimulatedRun> {
  const input = inputOf(pipeline, settings)
  const { running, instances, start, startUp } = settings
  // What was not confirmed yet is handed over again when the run closes.
  const recorded = new Map<number, ExecutionEvent>()
  const targets = simulatedTargets({ version: running, instances })
  const provider = simulatedMetrics({
    ...settings,
    configOf: configsOf(pipeline),
    shareOf({ target, service, role }) {
      const { weights, mirror = 0 } = targets.at(target, service).state(service)
      return ((weights[role] ?? 0) + (role === 'canary' ? mirror : 0)) / 100
    },
    isNew: ({ version }) => version !== running,
  })
  const activities = simulatedActivities({
    ...{ execution: input.id, scenario: settings.scenario, targets, instances, startUp },
    providers: Object.fromEntries(providersOf(pipeline).map(name => [name, provider])),
    now: () => world.now(),
    record: events => {
      for (const event of events) recorded.set(event.sequence, event)
    },
    blind: settings.clarity === 'never',
  })
  const world = simulatedWorld(activities, {
    start,
    takes: (activity, request) => (startsUp(activity, request) ? startUp : 0),
  })
  const outbox = createOutbox()
  const recorder = createRecorder(world, outbox, {
    linger: 0,
    snapshot: () => ({ execution: journal.execution, sequence: journal.sequence }),
  })
  const journal = createJournal(input, { now: world.now, outbox, changed: recorder.wake })
  const steering = createSteering()
  const engine = { world, journal, steering, registry: stageRegistry, timings: defaultTimings }
  const unlimited: string[] = []
  let endedAt = start
  await world.run(async () => {
    const execution = () => journal.execution
    const people = { ...settings.people, stages: pipeline.stages, execution, steering }
    const attending = world.scope(() => attend(world, { ...people, unlimited: stage => void unlimited.push(stage) }))
    attending.result.catch(() => {})
    await interpret(input, engine, async () => {
      endedAt = world.now()
      if (settings.regret) steering.rollback({ by: 'somebody (simulated)', reason: 'to show what would be undone' })
      await recorder.flush()
    })
    attending.cancel()
  })
  const isLook = ({ kind }: ExecutionEvent) => kind === 'canary.look'
  const all = [...recorded.values()]
  const looks = all.filter(isLook).length
  const events = all.filter(event => !isLook(event)).sort((a, b) => a.sequence - b.sequence)
  return { execution: journal.execution, events, looks, duration: endedAt - start, unlimited }
}

function inputOf(definition: Pipeline, { parameters, start }: RunSettings): ExecutionInput {
  return {
    id: `${definition.name}-simulated`,
    definition,
    revision: 'simulated',
    definitionHash: 'simulated',
    parameters,
    trigger: { type: 'api', by: 'simulation' },
    createdAt: new Date(start).toISOString(),
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
  }
}

function configsOf({ stages }: Pipeline) {
  const all = stages.flatMap(stage => ('analysis' in stage ? expandMetrics(stage.analysis) : []))
  const configs = new Map(all.map(({ config }) => [config.name, config]))
  return (metric: string) => configs.get(metric)
}

/** Every provider that a definition names, wherever that is, and the one that needs no name. */
function providersOf(pipeline: Pipeline): string[] {
  const names = new Set(['router'])
  JSON.stringify(pipeline, (key, value) => {
    if (key === 'provider' && typeof value === 'string') names.add(value)
    return value
  })
  return [...names]
}

function startsUp(activity: keyof Activities, request: unknown): boolean {
  return activity === 'apply' || (activity === 'shift' && (request as ShiftRequest).room.length > 0)
}
