import { createHash } from 'node:crypto'
import type { V1Job, V1Pod } from '@kubernetes/client-node'
import type { KubernetesTarget } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { Invalid, NotFound } from '../../failures.ts'
import type { Job, JobResult, Jobs } from '../jobs.ts'
import { ApiError, type KubernetesApi, openApi } from './api.ts'
import { openConnection } from './connection.ts'
import { annotationOf, edit } from './objects.ts'
import { annotations, labels, type Place, pathOf, placeOf } from './place.ts'
import { troubleOf } from './trouble.ts'
import { openWatches } from './watch.ts'
import { inWords } from './words.ts'

/** Seconds a Job and its log are kept after its end. */
const keptSeconds = 86_400
const lookEvery = 1_000
const lastLines = 20
const longestLog = 1_000_000

/** Jobs of the target's namespace: one pod each, never restarted, deleted by the cluster a day after its end. */
export function kubernetesJobs(
  name: string,
  configuration: KubernetesTarget,
  api: KubernetesApi = openApi(name, openConnection(name, configuration.connection)),
): Jobs {
  const watches = openWatches(api)
  const namespaced = { namespace: configuration.namespace }

  function placeFor({ service }: Job): Place {
    if (Object.hasOwn(configuration.services, service)) return placeOf(name, configuration, service)
    throw new NotFound(`target ${name} has no service "${service}"; add it to the configuration`)
  }

  /** The Job as it is now; made by this, or by an earlier attempt. */
  async function begun(job: V1Job): Promise<V1Job> {
    try {
      return await api.send<V1Job>(pathOf(namespaced, 'jobs'), { method: 'POST', body: job })
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error
      const { name: named } = job.metadata!
      const found = await api.get<V1Job>(pathOf(namespaced, 'jobs', named!))
      return found ?? job
    }
  }

  async function podsOf(job: string): Promise<V1Pod[]> {
    const query = { labelSelector: `batch.kubernetes.io/job-name=${job}` }
    return (await api.send<{ items: V1Pod[] }>(pathOf(namespaced, 'pods'), { query })).items
  }

  async function logOf(pod: string, lines: number | null): Promise<string> {
    const query = { limitBytes: String(longestLog), ...(lines === null ? {} : { tailLines: String(lines) }) }
    return api.text(`${pathOf(namespaced, 'pods', pod)}/log`, query)
  }

  async function resultOf(job: V1Job): Promise<JobResult> {
    const [pod] = await podsOf(job.metadata!.name!)
    const log = pod?.metadata?.name ?? ''
    const text = log === '' ? '' : await logOf(log, lastLines).catch(() => '')
    const ended = pod?.status?.containerStatuses?.[0]?.state?.terminated
    const failed = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
    const stopped = annotationOf(job, 'ended') !== null
    return {
      exitCode: stopped ? null : (ended?.exitCode ?? (failed ? null : 0)),
      reason: stopped ? 'it was ended' : ended || !failed ? null : (failed.message ?? 'it failed'),
      log,
      lastLines: text.trim().split('\n').filter(Boolean).map(plain),
    }
  }

  return {
    async run(job, { id, signal, progress }) {
      const place = placeFor(job)
      return inWords(api, place, async () => {
        const named = nameOf(id)
        const { resourceVersion: since = '0' } = (await begun(manifest(place, named, id, job))).metadata!
        const check = async (found: V1Job | null) => {
          if (found === null) throw new NotFound(`${place.name}: job ${named} was deleted by somebody else`)
          if (isOver(found)) return found
          const trouble = troubleOf(await podsOf(named))
          progress(trouble === null ? `job ${named} runs` : `job ${named}: ${trouble.words}`)
          return undefined
        }
        return resultOf(
          await watches.until<V1Job, V1Job>(pathOf(place, 'jobs'), named, check, { signal, every: lookEvery, since }),
        )
      })
    },
    async end(id) {
      const named = nameOf(id)
      const place = { ...namespaced, name } as Place
      const ended = await edit<V1Job>(api, place, { kind: 'jobs', name: named }, found => {
        if (found !== null && (isOver(found) || annotationOf(found, 'ended') !== null)) return null
        const job = found ?? neverRun(named, id)
        job.metadata!.annotations = { ...job.metadata!.annotations, [annotations.ended]: 'true' }
        // Its time is over: the cluster ends its pod, and deletes it like any other that is over.
        job.spec!.activeDeadlineSeconds = 1
        return job
      })
      const over = (found: V1Job | null) => (found === null || isOver(found) ? true : undefined)
      const { resourceVersion: since = '0' } = ended?.metadata ?? {}
      const options = { signal: AbortSignal.timeout(120_000), every: lookEvery, since }
      await watches.until<V1Job, true>(pathOf(namespaced, 'jobs'), named, over, options)
    },
    async log(reference) {
      try {
        // Ids of jobs have a slash, names of pods never do.
        const pod = reference.includes('/') ? (await podsOf(nameOf(reference)))[0]?.metadata?.name : reference
        if (pod === undefined) throw new NotFound(`job ${reference} on target ${name} has no pod yet, or not any more`)
        return await logOf(pod, null)
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error
        throw new NotFound(`the log of ${reference} on target ${name} is not kept any more`)
      }
    },
  }
}

function manifest(place: Place, name: string, id: string, { image, command, env }: Job): V1Job {
  if (image === undefined) throw new Invalid(`${place.name}: a job on Kubernetes needs an "image"`)
  const container = {
    name: 'job',
    image,
    ...(command === undefined ? {} : { command: [...command] }),
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
  }
  const own = { [labels.service]: place.service, [labels.job]: name }
  return {
    metadata: { name, labels: own, annotations: { [annotations.op]: id } },
    spec: {
      backoffLimit: 0,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: { labels: own },
        spec: { restartPolicy: 'Never', automountServiceAccountToken: false, containers: [container] },
      },
    },
  }
}

/** A Job without anything to do, so that one that begins late finds its place taken. */
function neverRun(name: string, id: string): V1Job {
  const container = { name: 'job', image: 'registry.k8s.io/pause' }
  return {
    metadata: { name, annotations: { [annotations.op]: id } },
    spec: {
      completions: 0,
      ttlSecondsAfterFinished: keptSeconds,
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
    },
  }
}

function isOver({ status }: V1Job): boolean {
  const over = ({ type, status: is }: { type: string; status: string }) =>
    (type === 'Complete' || type === 'Failed') && is === 'True'
  return (status?.conditions ?? []).some(over)
}

function nameOf(id: string): string {
  return `slipway-job-${createHash('sha256').update(id).digest('hex').slice(0, 20)}`
}

/** Without control characters, which a terminal would obey. */
function plain(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '')
}
