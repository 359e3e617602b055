import type { StageActivities } from '../../../activities/stage-requests.ts'
import type { Scenario } from './scenario.ts'

/** What stages ask of the outside, answered by nobody: every answer lets the pipeline go on, but that of a closed gate. */
export function simulatedOutside(scenario: Scenario): StageActivities {
  const isClosed = (id: string) => scenario.kind === 'gate-closed' && id.endsWith(`-gate-${scenario.gate}`)
  return {
    probe: async ({ check }) => ({ ok: true, seen: `${check.path} answered ${check.status} (simulated)` }),
    earlierRelease: async ({ version, except }) => ({ ...except, version: version ?? `before ${except.version}` }),
    call: async ({ id, find = {}, hoped = '' }) => ({
      ...{ status: isClosed(id) ? 403 : 200, answer: '', location: null, retryAfter: null },
      found: Object.fromEntries(Object.keys(find).map(name => [name, name === 'state' ? hoped : 'simulated'])),
    }),
    runJob: async ({ id }) => ({ exitCode: 0, reason: null, log: id, lastLines: [] }),
    endJob: async () => {},
    notify: async () => {},
    startPipeline: async ({ pipeline }) => ({ execution: `${pipeline}-simulated`, refused: null }),
    pipelineEnded: async () => ({ status: 'succeeded', reason: null }),
    cancelPipeline: async () => {},
    measure: async ({ limits }) => ({ state: 'ok', value: within(limits) }),
  }
}

function within({ below, above }: { below?: number; above?: number }): number {
  if (below !== undefined && above !== undefined) return (below + above) / 2
  if (below !== undefined) return below - 1
  return above === undefined ? 0 : above + 1
}
