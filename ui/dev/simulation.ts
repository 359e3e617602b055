import type { SimulationView } from '../../api/contract/simulation.ts'

const second = 1_000
const minute = 60 * second

function entry(at: number, stage: string | null, what: string, status: string | null = null) {
  return { at, stage, what, status } as SimulationView['timeline'][number]
}

/** A made-up answer of the simulation of `checkout`. */
export const simulated: SimulationView = {
  ...{ pipeline: 'checkout', scenario: 'good', seed: 1, status: 'succeeded', reason: null },
  ...{ duration: 8 * minute + 10 * second, looks: 31, shortest: 95 * second, longest: 4 * 60 * minute, unlimited: [] },
  timeline: [
    entry(0, 'build-checks', 'running', 'running'),
    entry(20 * second, 'build-checks', 'succeeded', 'succeeded'),
    entry(20 * second, 'canary-eu', 'running', 'running'),
    entry(20 * second, 'canary-asia', 'running', 'running'),
    entry(32 * second, 'canary-eu', 'traffic of checkout on eu: stable 90 %, baseline 5 %, canary 5 %'),
    entry(3 * minute, 'canary-asia', 'verdict pass'),
    entry(3 * minute + 12 * second, 'canary-asia', 'succeeded', 'succeeded'),
    entry(4 * minute, 'canary-eu', 'verdict pass'),
    entry(4 * minute + 12 * second, 'canary-eu', 'succeeded', 'succeeded'),
    entry(4 * minute + 12 * second, 'soak', 'running', 'running'),
    entry(6 * minute + 12 * second, 'soak', 'succeeded', 'succeeded'),
    entry(6 * minute + 12 * second, 'approve-us', 'waiting', 'waiting'),
    entry(7 * minute + 12 * second, 'approve-us', 'succeeded', 'succeeded'),
    entry(7 * minute + 12 * second, 'us-east', 'running', 'running'),
    entry(7 * minute + 12 * second, 'us-west', 'running', 'running'),
    entry(7 * minute + 52 * second, 'us-east', 'succeeded', 'succeeded'),
    entry(8 * minute + 8 * second, 'us-west', 'succeeded', 'succeeded'),
    entry(8 * minute + 8 * second, 'tell', 'running', 'running'),
    entry(8 * minute + 10 * second, 'tell', 'succeeded', 'succeeded'),
    entry(8 * minute + 10 * second, null, 'the run ends: succeeded'),
  ],
  gates: [
    {
      ...{ stage: 'approve-us', status: 'waiting', reason: 'needs 2 approvals' },
      ...{ from: 6 * minute + 12 * second, to: 7 * minute + 12 * second },
    },
  ],
  undone: [],
  undoable: [
    { stage: 'us-west', what: 'make 1.7.8 the stable version of checkout on us again' },
    { stage: 'us-east', what: 'make 1.7.8 the stable version of checkout on us again' },
    { stage: 'canary-eu', what: 'return all traffic of checkout on eu to 1.7.8' },
  ],
}
