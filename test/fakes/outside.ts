import { earlierRelease } from '../../activities/earlier-release.ts'
import type { StageActivities } from '../../activities/stage-requests.ts'
import type { FakeStore } from './store.ts'

/** What single stage types ask of the outside; a test replaces what it needs. `asked` is the book of it, in order. */
export interface FakeOutside extends StageActivities {
  asked: { what: keyof StageActivities; request: unknown }[]
}

export function fakeOutside(store: FakeStore): FakeOutside {
  return {
    asked: [],
    probe: async ({ check }) => ({ ok: true, seen: `${check.path} answered ${check.status}` }),
    earlierRelease: request => earlierRelease(request, { store, target: {} }),
    call: async () => ({ status: 200, answer: 'ok', location: null, found: {}, retryAfter: null }),
    runJob: async ({ id }) => ({ exitCode: 0, reason: null, log: id, lastLines: [] }),
    endJob: async () => {},
    notify: async () => {},
    startPipeline: async ({ pipeline }) => ({ execution: `${pipeline}-1`, refused: null }),
    pipelineEnded: async () => ({ status: 'succeeded', reason: null }),
    cancelPipeline: async () => {},
    measure: async () => ({ state: 'ok', value: 0 }),
  }
}

/** Asks whatever the test has put there by then. */
export function askedOf(outside: FakeOutside): StageActivities {
  const names = Object.keys(outside).filter((name): name is keyof StageActivities => name !== 'asked')
  const each = names.map(name => [
    name,
    async (request: never) => {
      outside.asked.push({ what: name, request })
      return (outside[name] as (request: never) => Promise<unknown>)(request)
    },
  ])
  return Object.fromEntries(each) as StageActivities
}
