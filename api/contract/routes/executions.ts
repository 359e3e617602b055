import { z } from 'zod'
import { duration, name } from '../../../pipeline/schema/scalars.ts'
import { analysis } from '../analysis.ts'
import { execution, executionDetail, executionPage, executionStatus, startBody, storedEvent } from '../execution.ts'
import { anyHeaders, executionId, none, pipelineName, type Route, unlessKnown } from './route.ts'

const statuses = z
  .union([z.array(executionStatus), z.string().transform(text => text.split(','))])
  .pipe(z.array(executionStatus).min(1).max(20))

/** The longest a request may be held open for a change. */
export const maxWait = 120_000
const wait = duration.refine(ms => ms <= maxWait, `at most ${maxWait / 1000}s`)

export const executionRoutes = {
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
    headers: unlessKnown,
    versioned: 'position',
    body: null,
    success: { status: 200, type: 'application/json', schema: executionDetail },
    problems: ['not-found', 'unavailable'],
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
    headers: unlessKnown,
    versioned: 'content',
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
} as const satisfies Record<string, Route>
