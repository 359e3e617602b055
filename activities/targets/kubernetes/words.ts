import { Failure, Invalid, NotFound, Refused, ReleaseFailed, Unavailable } from '../../failures.ts'
import { ApiError, type KubernetesApi } from './api.ts'
import { type Place, pathOf } from './place.ts'

/** Does the work; what the API server refused becomes a failure that says what to do. */
export async function inWords<T>(api: KubernetesApi, place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const failure = error instanceof ApiError ? failureOf(place, error) : error
    const final = failure instanceof Failure && !(failure instanceof Unavailable)
    throw final && (await isLeaving(api, place)) ? leaving(place) : failure
  }
}

/** In a namespace that is being deleted objects and rights go one by one, and whatever is missing first is only a symptom. */
async function isLeaving(api: KubernetesApi, place: Place): Promise<boolean> {
  const body = { metadata: { generateName: 'slipway-probe-' } }
  const request = { method: 'POST', body, query: { dryRun: 'All' } } as const
  return api.send(pathOf(place, 'configmaps'), request).then(
    () => false,
    error => error instanceof ApiError && isTerminating(error),
  )
}

function isTerminating({ causes }: ApiError): boolean {
  return causes.includes('NamespaceTerminating')
}

function leaving({ name, namespace }: Place): Refused {
  return new Refused(`${name}: namespace ${namespace} is being deleted; nothing new can be made there`)
}

function failureOf(place: Place, error: ApiError): Failure {
  const { name, namespace } = place
  const { status, message } = error
  if (isTerminating(error)) return leaving(place)
  if (/exceeded quota/.test(message))
    return new Refused(`${name}: the quota of namespace ${namespace} is exhausted: ${message}`)
  if (/admission webhook|ValidatingAdmissionPolicy|violates PodSecurity/.test(message))
    return new ReleaseFailed(`${name}: the cluster does not admit the release: ${message}`)
  if (status === 403)
    return new Refused(
      `${name}: ${message}; grant it with what \`slipway kubernetes rbac\` prints for the target, unless namespace ${namespace} is being deleted`,
    )
  if (status === 404)
    return new NotFound(
      `${name}: ${message || 'the cluster does not know this kind of object'}; is its controller installed?`,
    )
  if (status === 409) return new Unavailable(`${name}: somebody else keeps changing what we change: ${message}`)
  if (status === 422) return new ReleaseFailed(`${name}: the cluster does not take it: ${message}`)
  return new Invalid(`${name}: the API server answers ${status}: ${message}`)
}
