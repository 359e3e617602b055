import { driftList, lockList, targetList } from '../targets.ts'
import { anyHeaders, none, pipelineName, type Route } from './route.ts'

export const targetRoutes = {
  listTargets: {
    method: 'get',
    path: '/api/v1/targets',
    permission: 'target:read',
    summary: 'Where can be deployed to, what runs there and where traffic goes.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: targetList },
    problems: [],
  },
  getDrift: {
    method: 'get',
    path: '/api/v1/targets/{name}/drift',
    permission: 'target:read',
    summary: 'What on a target is not as Slipway left it. Nothing is repaired.',
    params: pipelineName,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: driftList },
    problems: ['not-found', 'unavailable'],
  },
  listLocks: {
    method: 'get',
    path: '/api/v1/locks',
    permission: 'target:read',
    summary: 'Who holds which service on which target, which runs of a pipeline are at work, and who waits.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: lockList },
    problems: ['unavailable'],
  },
} as const satisfies Record<string, Route>
