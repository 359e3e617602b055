import { z } from 'zod'
import { accepted, execution } from '../execution.ts'
import {
  approvalLink,
  approvalLinkText,
  inbox,
  judgmentBody,
  retryBody,
  stageBody,
  stageId,
  steerBody,
} from '../steering.ts'
import { anyHeaders, executionId, none, onlyIfSeen, type Route } from './route.ts'

/** What people say to a run: to one that they saw, if they say which. */
const toRun = { method: 'post', params: executionId, query: none, headers: onlyIfSeen } as const
const steer = { ...toRun, permission: 'execution:steer', body: steerBody.prefault({}) } as const
const steerStage = { ...steer, body: stageBody.prefault({}) } as const

/** It answers what the run has become by it. */
const becomes = { success: { status: 200, type: 'application/json', schema: execution } } as const
const steered = ['not-found', 'already-ended', 'refused', 'stale', 'unavailable'] as const

export const steeringRoutes = {
  cancelExecution: {
    ...steer,
    path: '/api/v1/executions/{id}/cancel',
    summary: 'End a run and undo what is open. Taken on even while the store is down.',
    success: { status: 202, type: 'application/json', schema: accepted },
    problems: ['not-found', 'already-ended', 'stale', 'unavailable'],
  },
  rollbackExecution: {
    ...steer,
    path: '/api/v1/executions/{id}/rollback',
    summary: 'Take back what a run did, newest first. A run that has ended is taken back by a new, linked one.',
    success: { status: 202, type: 'application/json', schema: accepted },
    problems: ['not-found', 'refused', 'stale', 'unavailable'],
  },
  promoteExecution: {
    ...steerStage,
    path: '/api/v1/executions/{id}/promote',
    summary: 'Promote the canary that is running or held, now.',
    ...becomes,
    problems: steered,
  },
  pauseExecution: {
    ...steer,
    path: '/api/v1/executions/{id}/pause',
    summary: 'Begin nothing new: no stage, no attempt, no step of a canary. Harm is acted upon all the same.',
    ...becomes,
    problems: steered,
  },
  resumeExecution: {
    ...steer,
    path: '/api/v1/executions/{id}/resume',
    summary: 'Go on with a run that was paused.',
    ...becomes,
    problems: steered,
  },
  skipExecution: {
    ...steerStage,
    path: '/api/v1/executions/{id}/skip',
    summary: 'End the wait of a stage now, or its waiting for a window.',
    ...becomes,
    problems: steered,
  },
  retryExecution: {
    method: 'post',
    path: '/api/v1/executions/{id}/retry',
    permission: 'execution:start',
    summary:
      'Run an ended run again as a new attempt, linked to it. With `stage`, that one and all after it; else what has not succeeded. The rest is reused.',
    params: executionId,
    query: none,
    headers: onlyIfSeen,
    body: retryBody.prefault({}),
    success: { status: 202, type: 'application/json', schema: execution },
    problems: ['not-found', 'refused', 'stale', 'unavailable'],
  },
  judgeStage: {
    method: 'post',
    path: '/api/v1/executions/{id}/stages/{stage}/judgment',
    permission: 'execution:approve',
    summary:
      'Approve or reject. `If-Match` names what was looked at: `progress.judgment.seen` of the stage, in quotes; an answer to anything else is refused. `Approval-Link` is what a link of a message has behind the `#`; it is used up.',
    params: executionId.extend({ stage: stageId }),
    query: none,
    headers: z.object({ 'if-match': z.string().max(200).optional(), 'approval-link': approvalLinkText.optional() }),
    body: judgmentBody,
    ...becomes,
    problems: [...steered, 'invalid-answer', 'precondition-required'],
  },
  getApprovalLink: {
    method: 'get',
    path: '/api/v1/approval-link',
    permission: 'execution:read',
    summary:
      'What a link of a message asks, for whoever opens it. Changes nothing, and refuses a link that is of no use.',
    params: none,
    query: none,
    headers: z.object({ 'approval-link': approvalLinkText }),
    body: null,
    success: { status: 200, type: 'application/json', schema: approvalLink },
    problems: ['not-found', 'refused', 'stale', 'unavailable'],
  },
  getInbox: {
    method: 'get',
    path: '/api/v1/inbox',
    permission: 'execution:read',
    summary: 'All that waits for a person: judgments, held canaries, runs that errored, what could not be rolled back.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: inbox },
    problems: ['unavailable'],
  },
} as const satisfies Record<string, Route>
