import type { StageActivities } from '../../../activities/stage-requests.ts'

/** What stages ask of the outside, answered by nobody: every answer is the one that lets the pipeline go on. */
export function simulatedOutside(): StageActivities {
  return {
    probe: async ({ check }) => ({ ok: true, seen: `${check.path} answered ${check.status} (simulated)` }),
    earlierRelease: async ({ version, except }) => ({ ...except, version: version ?? `before ${except.version}` }),
  }
}
