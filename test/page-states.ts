import type { Page, Route } from 'playwright-core'
import { problemKinds, problemType } from '../api/contract/problem.ts'
import type { View } from '../ui/router/routes.ts'

/** What every view shows when there is nothing, while it reads, and when it was refused. */
export const states = {
  empty: { answer: route => answerNothing(route), shows: view => `text=${view.empty}` },
  busy: { answer: () => {}, shows: () => 'main p >> text=Loading…' },
  failed: { answer: route => answerProblem(route, 'forbidden'), shows: () => `text=Request ${requestId}` },
} as const satisfies Record<string, State>

export interface State {
  answer(route: Route): unknown
  /** Selects what is there when the view is whole. */
  shows(view: { empty: string }): string
}

/** Every view of somebody who is signed in. */
export const addresses = {
  inbox: { path: '/inbox', empty: 'Nothing waits for you' },
  executions: { path: '/executions', empty: 'Nothing has run yet' },
  execution: { path: '/executions/shop-1', empty: 'There is nothing here' },
  approve: { path: '/approve#x', empty: 'This link cannot be used' },
  pipelines: { path: '/pipelines', empty: 'This server knows no pipeline' },
  pipeline: { path: '/pipelines/shop', empty: 'There is nothing here' },
  traffic: { path: '/traffic', empty: 'No target has a service' },
  targets: { path: '/targets', empty: 'This server has no target' },
  audit: { path: '/audit', empty: 'Nothing has been recorded yet' },
} as const satisfies Record<Exclude<View, 'login'>, { path: string; empty: string }>

/** From now on the page is told so; who is signed in and the events stay real. */
export async function putInState(page: Page, state: State): Promise<void> {
  await page.route(/\/(api\/v1\/(?!session|events)|healthz)/, route => state.answer(route))
}

const requestId = 'request-of-a-test'

/** Lists are empty, and one thing is not there. */
function answerNothing(route: Route): Promise<void> {
  const [, , , kind, name] = new URL(route.request().url()).pathname.split('/')
  if (kind === undefined) return route.fallback()
  const isList = name === undefined && kind !== 'approval-link'
  return isList ? route.fulfill({ json: { items: [], next: null } }) : answerProblem(route, 'not-found')
}

function answerProblem(route: Route, kind: keyof typeof problemKinds): Promise<void> {
  const { status, title } = problemKinds[kind]
  const problem = { type: problemType(kind), title, status, detail: 'as the test wants it', requestId, errors: [] }
  return route.fulfill({ status, contentType: 'application/problem+json', json: problem })
}
