import { type Failure, Invalid, NotFound, Refused, ReleaseFailed, Unavailable } from '../../failures.ts'
import { ApiError } from './api.ts'
import type { Place } from './place.ts'

/** Does the work; what the API server refused becomes a failure that says what to do. */
export async function inWords<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ApiError ? failureOf(place, error) : error
  }
}

function failureOf({ name, namespace }: Place, error: ApiError): Failure {
  const { status, message, causes } = error
  if (causes.includes('NamespaceTerminating'))
    return new Refused(`${name}: namespace ${namespace} is being deleted; nothing new can be made there`)
  if (/exceeded quota/.test(message))
    return new Refused(`${name}: the quota of namespace ${namespace} is exhausted: ${message}`)
  if (/admission webhook|ValidatingAdmissionPolicy|violates PodSecurity/.test(message))
    return new ReleaseFailed(`${name}: the cluster does not admit the release: ${message}`)
  if (status === 403)
    return new Refused(`${name}: ${message}; grant it with what \`slipway kubernetes rbac\` prints for the target`)
  if (status === 404)
    return new NotFound(
      `${name}: ${message || 'the cluster does not know this kind of object'}; is its controller installed?`,
    )
  if (status === 409) return new Unavailable(`${name}: somebody else keeps changing what we change: ${message}`)
  if (status === 422) return new ReleaseFailed(`${name}: the cluster does not take it: ${message}`)
  return new Invalid(`${name}: the API server answers ${status}: ${message}`)
}
