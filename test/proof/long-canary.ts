import { look } from '../../activities/look.ts'
import { blockFor, noEvidence } from '../../pipeline/canary/compact-evidence.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { AnalysisRequest } from '../../workflows/analysis.ts'
import { analyse } from '../../workflows/analysis.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { canaryStage, v1, v2 } from '../fakes/pipelines.ts'
import { fakeTarget } from '../fakes/target.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'

const interval = 15_000
/** At most so many, measured on a real server by `npm run bench -- engine` (its limit for a look). */
const eventsOfALook = 12
/** From here on a Temporal server suggests to go on in a new run, unless it is configured otherwise. */
const suggestedAt = 4_096
const mostEvents = 10_000
const mostBytes = 64_000

/**
 * A canary of a day, one look every 15 s, in injected time: the product's analysis and looks, with the events that each
 * costs counted instead of a server. Holds when no run of the analysis has 10,000 events and nothing that is handed from look to
 * look, or from run to run, is over 64 KB.
 */
export const longCanary: Proof = {
  what: 'a canary with a look every 15 s for 24 h: no run over 10,000 events, nothing over 64 KB',
  whole: 5_760,
  run: runLong,
}

async function runLong({ rounds: looks, log }: ProofOptions): Promise<Figures> {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const metrics = fakeMetrics({ '1.0.0': 0.01, '2.0.0': 0.01 }, 1)
  let now = 0
  let events = 0
  const runs: number[] = []
  let largest = 0
  let looked = 0
  const signal = new AbortController().signal
  const world = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds
    },
    isCancellation: () => false,
    full: () => events >= suggestedAt,
    unrecorded: () => {},
    activities: {
      look: async (request: Parameters<typeof look>[0]) => {
        looked += 1
        events += eventsOfALook
        largest = Math.max(largest, JSON.stringify(request).length)
        const record = async () => {}
        return look(request, { target, providers: { router: metrics }, record, now: () => now, signal })
      },
    },
  }
  let request: AnalysisRequest | null = requestOf(looks)
  while (request !== null) {
    const end = await analyse(request, world)
    runs.push(events)
    events = 0
    largest = Math.max(largest, JSON.stringify(end).length)
    request = 'goOn' in end ? end.goOn : null
  }
  log(`${looked} looks in ${runs.length} runs of at most ${Math.max(...runs)} events; largest payload ${largest} bytes`)
  if (looked !== looks) throw new Error(`${looked} looks instead of ${looks}`)
  if (!(Math.max(...runs) < mostEvents)) throw new Error(`a run has ${Math.max(...runs)} events`)
  if (!(largest < mostBytes)) throw new Error(`a payload has ${largest} bytes`)
  return { looks: looked, runs: runs.length, mostEventsInARun: Math.max(...runs), largestPayloadBytes: largest }
}

function requestOf(looks: number): AnalysisRequest {
  const analysis = { ...canaryStage().analysis, interval }
  const configs = expandMetrics(analysis).map(({ config }) => config)
  return {
    ...{ execution: 'shop-1', stage: 'canary', stageIndex: 0, step: 0, target: 'eu', service: 'checkout' },
    analysis,
    canary: { role: 'canary', version: v2.version },
    baseline: { role: 'baseline', version: v1.version },
    weights: { stable: 80, baseline: 10, canary: 10 },
    start: 0,
    warmUp: 0,
    deadline: looks * interval,
    // To the end, whatever is seen.
    stopOn: [],
    final: true,
    renew: null,
    progress: {
      ...{ looks: 0, seenTo: null, evidence: noEvidence(blockFor(looks, configs)) },
      ...{ verdict: 'insufficient', reason: 'nothing was seen yet', judgment: null },
    },
  }
}
