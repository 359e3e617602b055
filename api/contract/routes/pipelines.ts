import { pipelineDetail, pipelineList } from '../pipelines.ts'
import { validateBody, validation } from '../preview.ts'
import { anyHeaders, none, pipelineName, type Route, unlessKnown } from './route.ts'

export const pipelineRoutes = {
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
    headers: unlessKnown,
    versioned: 'content',
    body: null,
    success: { status: 200, type: 'application/json', schema: pipelineDetail },
    problems: ['not-found'],
  },
  validatePipeline: {
    method: 'post',
    path: '/api/v1/validate',
    permission: 'pipeline:read',
    summary:
      'Check the text of a pipeline against this server and compare it with the version in force. Nothing is kept.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: validateBody,
    success: { status: 200, type: 'application/json', schema: validation },
    problems: [],
  },
} as const satisfies Record<string, Route>
