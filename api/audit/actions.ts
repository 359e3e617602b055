import { type Operation, type Route, routes } from '../contract/routes.ts'

/** Operations that write their own record, because they know more than the request says. */
const tellThemselves: ReadonlySet<string> = new Set([
  'startExecution',
  'cancelExecution',
  'rollbackExecution',
  'promoteExecution',
  'pauseExecution',
  'resumeExecution',
  'skipExecution',
  'retryExecution',
  'judgeStage',
  'receiveHook',
  'createFreeze',
  'endFreeze',
  'overrideFreezes',
  'releaseQuarantine',
] satisfies Operation[])

/** Whether doing it is recorded for it. Every new operation that changes something is, unless it says otherwise above. */
export function isRecorded(operation: Operation): boolean {
  return changes(routes[operation]) && !tellThemselves.has(operation)
}

/** A request that reads changes nothing, whatever its method is. */
export function changes({ method, permission }: Route): boolean {
  return method !== 'get' && !permission.endsWith(':read')
}

/** `createToken` → `token.create`. */
export function actionOf(operation: Operation): string {
  const [, verb = '', noun = ''] = /^([a-z]+)(.*)$/.exec(operation) ?? []
  return `${noun.charAt(0).toLowerCase()}${noun.slice(1)}.${verb}`
}

/** What a request is about: `execution:ID`, `token:NAME`; the kind alone when the path names nothing. */
export function subjectIn(route: Route, params: Readonly<Record<string, unknown>>): string {
  const kind = (route.path.split('/')[3] ?? 'server').replace(/s$/, '')
  const name = params.id ?? params.name
  return name === undefined ? kind : `${kind}:${String(name).slice(0, 200)}`
}
