import { z } from 'zod'
import { duration, name } from '../../pipeline/schema/scalars.ts'
import { analysis } from './analysis.ts'
import {
  accepted,
  execution,
  executionDetail,
  executionPage,
  executionStatus,
  promoteBody,
  startBody,
  steerBody,
  storedEvent,
} from './execution.ts'
import type { Permission } from './permissions.ts'
import { pipelineDetail, pipelineList, validateBody, validation } from './pipelines.ts'
import type { ProblemKind } from './problem.ts'
import { health, loginBody, nothing, session } from './server.ts'
import { lockList, targetList } from './targets.ts'

export interface Route {
  method: 'get' | 'post' | 'delete'
  /** `{name}` stands for a parameter of `params`. */
  path: `/${string}`
  permission: Permission
  summary: string
  params: z.ZodObject
  query: z.ZodObject
  headers: z.ZodObject
  /** Null when the request has no body. */
  body: z.ZodType | null
  success: { status: 200 | 202 | 204; type: 'application/json' | 'text/event-stream' | 'text/plain'; schema: z.ZodType }
  /** Beside those every route has: see `commonProblems`. */
  problems: readonly ProblemKind[]
}

const none = z.strictObject({})
/** Headers that the operation does not look at are let through. */
const anyHeaders = z.object({})
const executionId = z.strictObject({ id: z.string().regex(/^[a-z0-9-]{1,128}$/, 'the id of an execution') })
const pipelineName = z.strictObject({ name })

const statuses = z
  .union([z.array(executionStatus), z.string().transform(text => text.split(','))])
  .pipe(z.array(executionStatus).min(1).max(20))

/** The longest a request may be held open for a change. */
export const maxWait = 120_000

const wait = duration.refine(ms => ms <= maxWait, `at most ${maxWait / 1000}s`)

/** Every operation of the API, once: the server mounts it, the client calls it, the OpenAPI document lists it. */
export const routes = {
  startExecution: {
    method: 'post',
    path: '/api/v1/pipelines/{name}/executions',
    permission: 'execution:start',
    summary: 'Start a run. The same `Idempotency-Key` and body give the same run, however often it is asked for.',
    params: pipelineName,
    query: none,
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: startBody.prefault({}),
    success: { status: 202, type: 'application/json', schema: execution },
    problems: ['not-found', 'invalid-definition', 'invalid-parameters', 'idempotency-mismatch', 'unavailable'],
  },
  listExecutions: {
    method: 'get',
    path: '/api/v1/executions',
    permission: 'execution:read',
    summary: 'Runs, newest first.',
    params: none,
    query: z.strictObject({
      pipeline: name.optional(),
      application: name.optional(),
      /** One or more, separated by commas. */
      status: statuses.optional(),
      limit: z.coerce.number<number | string>().int().min(1).max(200).default(50),
      cursor: z.string().max(500).optional(),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: executionPage },
    problems: ['unavailable'],
  },
  getExecution: {
    method: 'get',
    path: '/api/v1/executions/{id}',
    permission: 'execution:read',
    summary: 'One run. With `wait`, answers when it has ended or the time is up, whichever comes first.',
    params: executionId,
    query: z.strictObject({
      wait: wait.optional(),
      /** With `wait`: answer as soon as the run has got past this position, too. */
      after: z.coerce.number<number | string>().int().min(0).optional(),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: executionDetail },
    problems: ['not-found', 'unavailable'],
  },
  cancelExecution: {
    method: 'post',
    path: '/api/v1/executions/{id}/cancel',
    permission: 'execution:steer',
    summary: 'End a run and undo what is open. Taken on even while the store is down.',
    params: executionId,
    query: none,
    headers: anyHeaders,
    body: steerBody.prefault({}),
    success: { status: 202, type: 'application/json', schema: accepted },
    problems: ['not-found', 'already-ended', 'unavailable'],
  },
  rollbackExecution: {
    method: 'post',
    path: '/api/v1/executions/{id}/rollback',
    permission: 'execution:steer',
    summary: 'Take back what a run did, newest first. A run that has ended is taken back by a new, linked one.',
    params: executionId,
    query: none,
    headers: anyHeaders,
    body: steerBody.prefault({}),
    success: { status: 202, type: 'application/json', schema: accepted },
    problems: ['not-found', 'refused', 'unavailable'],
  },
  promoteExecution: {
    method: 'post',
    path: '/api/v1/executions/{id}/promote',
    permission: 'execution:steer',
    summary: 'Promote the canary that is running or held, now.',
    params: executionId,
    query: none,
    headers: anyHeaders,
    body: promoteBody.prefault({}),
    success: { status: 200, type: 'application/json', schema: execution },
    problems: ['not-found', 'already-ended', 'refused', 'unavailable'],
  },
  getAnalysis: {
    method: 'get',
    path: '/api/v1/executions/{id}/analysis',
    permission: 'execution:read',
    summary: 'What the canaries of a run saw, and what the judge said to it.',
    params: executionId,
    query: z.strictObject({
      stage: name.optional(),
      /** At most so many looks of each stage, the newest. */
      looks: z.coerce.number<number | string>().int().min(1).max(6_000).default(500),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: analysis },
    problems: ['not-found', 'unavailable'],
  },
  streamEvents: {
    method: 'get',
    path: '/api/v1/events',
    permission: 'execution:read',
    summary: 'What happens, as it happens. `Last-Event-ID` (or `after`) resumes without a gap; else it begins now.',
    params: none,
    query: z.strictObject({
      execution: executionId.shape.id.optional(),
      after: z.coerce.number<number | string>().int().min(0).optional(),
    }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}$/, 'a position')
        .optional(),
    }),
    body: null,
    success: { status: 200, type: 'text/event-stream', schema: storedEvent },
    problems: ['too-many-requests', 'unavailable'],
  },
  listPipelines: {
    method: 'get',
    path: '/api/v1/pipelines',
    permission: 'pipeline:read',
    summary: 'All pipelines, those that are not valid included.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: pipelineList },
    problems: [],
  },
  getPipeline: {
    method: 'get',
    path: '/api/v1/pipelines/{name}',
    permission: 'pipeline:read',
    summary: 'One pipeline: definition, parameters, problems.',
    params: pipelineName,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: pipelineDetail },
    problems: ['not-found'],
  },
  validatePipeline: {
    method: 'post',
    path: '/api/v1/validate',
    permission: 'pipeline:read',
    summary: 'Check the text of a pipeline against the language and this server. Nothing is kept.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: validateBody,
    success: { status: 200, type: 'application/json', schema: validation },
    problems: [],
  },
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
  listLocks: {
    method: 'get',
    path: '/api/v1/locks',
    permission: 'target:read',
    summary: 'Who holds which service on which target, and who waits for it.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: lockList },
    problems: ['unavailable'],
  },
  getSession: {
    method: 'get',
    path: '/api/v1/session',
    permission: 'signed-in',
    summary: 'Who is asking, and what they may do.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: session },
    problems: [],
  },
  openSession: {
    method: 'post',
    path: '/api/v1/session',
    permission: 'public',
    summary: 'Change a one-time code into a session cookie.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: loginBody,
    success: { status: 200, type: 'application/json', schema: session },
    problems: ['unauthenticated'],
  },
  closeSession: {
    method: 'delete',
    path: '/api/v1/session',
    permission: 'signed-in',
    summary: 'End the session.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 204, type: 'application/json', schema: nothing },
    problems: [],
  },
  createLoginLink: {
    method: 'post',
    path: '/api/v1/session/link',
    permission: 'signed-in',
    summary: 'A link that signs a browser in once, within a few minutes.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: z.object({ url: z.string(), expiresAt: z.string() }) },
    problems: [],
  },
  getHealth: {
    method: 'get',
    path: '/healthz',
    permission: 'public',
    summary:
      'Ready to start runs? 200 or 503 with the same body. `probe=live` answers 200 whenever the process answers.',
    params: none,
    query: z.strictObject({ probe: z.enum(['live', 'ready']).default('ready') }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: health },
    problems: [],
  },
  getMetrics: {
    method: 'get',
    path: '/metrics',
    permission: 'server:read',
    summary: 'Figures about this server, for Prometheus.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'text/plain', schema: z.string() },
    problems: [],
  },
} as const satisfies Record<string, Route>

export type Operation = keyof typeof routes

/** Sent with every request by the client: a page of another origin cannot set it without being asked first. */
export const csrfHeader = 'x-slipway-csrf'

/** Every route may answer with these. */
export const commonProblems = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'request-timeout',
  'payload-too-large',
  'unsupported-media-type',
  'misdirected',
  'internal',
] as const satisfies readonly ProblemKind[]
