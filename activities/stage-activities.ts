import type { Connection } from '../pipeline/schema/configuration/connections.ts'
import type { Store } from '../store/store.ts'
import { call } from './call.ts'
import { connectionsOf } from './connections.ts'
import { earlierRelease } from './earlier-release.ts'
import type { Attempt } from './effects.ts'
import { NotFound } from './failures.ts'
import { measure } from './measure.ts'
import { type LinksOf, noLinks } from './notifiers/links.ts'
import { notify } from './notifiers/registry.ts'
import type { Pipelines } from './pipelines.ts'
import { pipelineEnded } from './pipelines.ts'
import { probe } from './probe.ts'
import type { Providers } from './read-metrics.ts'
import type { Secrets } from './secrets/secrets.ts'
import { localSecrets } from './secrets/secrets.ts'
import type { StageActivities } from './stage-requests.ts'
import type { Jobs } from './targets/jobs.ts'
import type { Target } from './targets/target.ts'

/** What single stage types need of a worker, beyond its targets. */
export interface StageResources {
  jobs?: Readonly<Record<string, Jobs>>
  connections?: Readonly<Record<string, Connection>>
  secrets?: Secrets
  pipelines?: Pipelines
  /** Links to answer judgments with; without it messages carry none. */
  links?: LinksOf
}

interface Parts extends StageResources {
  store: Pick<Store, 'list'>
  providers: Providers
  target(name: string): Target
  beating<T>(work: (attempt: Attempt) => Promise<T>): Promise<T>
  now?: () => number
}

/** The activities of single stage types. */
export function stageActivities(parts: Parts): StageActivities {
  const { store, providers, target, beating, now = Date.now, secrets = localSecrets(), links = noLinks } = parts
  const connections = connectionsOf(parts.connections ?? {})

  const jobs = (name: string): Jobs => {
    const found = parts.jobs !== undefined && Object.hasOwn(parts.jobs, name) ? parts.jobs[name] : undefined
    if (found !== undefined) return found
    throw new NotFound(`target "${name}" runs no jobs`)
  }

  const pipelines = (): Pipelines => {
    if (parts.pipelines !== undefined) return parts.pipelines
    throw new NotFound('this worker cannot start pipelines')
  }

  return {
    probe: request => beating(({ signal }) => probe(request, target(request.target), signal)),
    earlierRelease: request => beating(() => earlierRelease(request, { store, target: target(request.target) })),
    call: request => beating(({ signal }) => call(request, { connections, secrets, signal, now })),
    runJob: ({ id, target: name, ...job }) =>
      beating(attempt => jobs(name).run(job, { id, signal: attempt.signal, progress: attempt.heartbeat })),
    endJob: ({ id, target: name }) => beating(() => jobs(name).end(id)),
    notify: request => beating(({ signal }) => notify(request, { connections, secrets, links, signal })),
    startPipeline: request => beating(() => pipelines().start(request)),
    pipelineEnded: execution => beating(attempt => pipelineEnded(execution, pipelines(), attempt.signal)),
    cancelPipeline: ({ execution, by, reason }) => pipelines().cancel(execution, by, reason),
    measure: request =>
      beating(({ signal }) => measure(request, { target: target(request.target), providers, signal })),
  }
}
