import type { StageActivities } from '../../../activities/stage-requests.ts'

/** What stages ask of the outside, answered by nobody: every answer is the one that lets the pipeline go on. */
export function simulatedOutside(): StageActivities {
  return {
    probe: async ({ check }) => ({ ok: true, seen: `${check.path} answered ${check.status} (simulated)` }),
    earlierRelease: async ({ version, except }) => ({ ...except, version: version ?? `before ${except.version}` }),
    call: async ({ find = {}, hoped = '' }) => ({
      ...{ status: 200, answer: '', location: null, retryAfter: null },
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
