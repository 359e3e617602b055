import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { type Place, pathOf } from './place.ts'

/** Why a pod does not become ready, in words. */
export interface Trouble {
  /** `release`: it is the release that is bad. `room`: the cluster has none, which says nothing of the release. */
  fault: 'release' | 'room'
  /** It will not get better by waiting. */
  hopeless: boolean
  words: string
  pod: string
  /** Container whose last lines tell more. */
  crashed: string | null
}

const pullReasons = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']
const configReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']

/** The most telling trouble of these pods; null when they only need time. */
export function troubleOf(pods: readonly V1Pod[]): Trouble | null {
  const troubles = pods.flatMap(pod => [...containerTroubles(pod), ...schedulingTrouble(pod), ...readinessTrouble(pod)])
  return troubles.find(({ hopeless }) => hopeless) ?? troubles[0] ?? null
}

function containerTroubles(pod: V1Pod): Trouble[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].flatMap(status => containerTrouble(pod, status))
}

function containerTrouble(pod: V1Pod, { name, image, state, lastState, restartCount }: V1ContainerStatus): Trouble[] {
  const { reason = '', message = '' } = state?.waiting ?? {}
  const at = { pod: pod.metadata!.name!, fault: 'release' as const, crashed: null }
  if (pullReasons.includes(reason)) {
    const hopeless = reason === 'InvalidImageName' || reason === 'ErrImageNeverPull'
    const asked = image || pod.spec?.containers.find(container => container.name === name)?.image
    return [{ ...at, hopeless, words: `image ${asked} of container ${name} cannot be pulled: ${message || reason}` }]
  }
  if (configReasons.includes(reason))
    return [{ ...at, hopeless: false, words: `container ${name} cannot be started: ${message || reason}` }]
  const ended = state?.terminated ?? lastState?.terminated
  if (!ended || (restartCount === 0 && reason !== 'CrashLoopBackOff')) return []
  const hopeless = restartCount >= 2
  const crashed = name
  if (ended.reason === 'OOMKilled')
    return [
      {
        ...at,
        hopeless,
        crashed,
        words: `container ${name} was out of memory ${times(restartCount)}${limitOf(pod, name)}`,
      },
    ]
  return [
    {
      ...at,
      hopeless,
      crashed,
      words: `container ${name} crashed ${times(restartCount)} (exit code ${ended.exitCode})`,
    },
  ]
}

function times(restarts: number): string {
  return restarts === 1 ? 'once' : `${Math.max(1, restarts)} times`
}

function limitOf(pod: V1Pod, name: string): string {
  const limit = pod.spec?.containers.find(container => container.name === name)?.resources?.limits?.memory
  return limit === undefined ? '' : ` (its limit is ${limit})`
}

function schedulingTrouble(pod: V1Pod): Trouble[] {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return []
  const words = `no node takes the pod: ${scheduled.message ?? scheduled.reason}`
  return [{ pod: pod.metadata!.name!, fault: 'room', hopeless: false, crashed: null, words }]
}

function readinessTrouble(pod: V1Pod): Trouble[] {
  const waiting = pod.status?.containerStatuses?.find(({ ready, state }) => !ready && state?.running)
  if (!waiting) return []
  const words = `container ${waiting.name} runs but is not ready: its readiness probe does not succeed`
  return [{ pod: pod.metadata!.name!, fault: 'release', hopeless: false, crashed: null, words }]
}

const lastLines = 5

/** The trouble as one sentence, with the last lines a crashed container has printed. */
export async function explain(api: KubernetesApi, place: Place, trouble: Trouble): Promise<string> {
  const about = `${trouble.words} (pod ${trouble.pod})`
  if (trouble.crashed === null) return about
  const query = { container: trouble.crashed, previous: 'true', tailLines: String(lastLines) }
  try {
    const log = await api.text(`${pathOf(place, 'pods', trouble.pod)}/log`, query, AbortSignal.timeout(3_000))
    const lines = log.trim()
    return lines === '' ? `${about}; it printed nothing` : `${about}; its last lines: ${lines.slice(-1_000)}`
  } catch {
    return `${about}; its log cannot be read`
  }
}
