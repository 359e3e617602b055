import { z } from 'zod'
import { name } from '../../../pipeline/schema/scalars.ts'
import { nothing } from '../server.ts'
import { madeToken, tokenBody, tokenList } from '../tokens.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const tokenRoutes = {
  createToken: {
    method: 'post',
    path: '/api/v1/tokens',
    permission: 'token:manage',
    summary: 'Make an API token. It is in this answer and can never be read again.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: tokenBody,
    success: { status: 200, type: 'application/json', schema: madeToken },
    problems: ['refused', 'unavailable'],
  },
  listTokens: {
    method: 'get',
    path: '/api/v1/tokens',
    permission: 'token:manage',
    summary: 'API tokens, newest first, those that are over included; without their secrets.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: tokenList },
    problems: ['unavailable'],
  },
  revokeToken: {
    method: 'delete',
    path: '/api/v1/tokens/{name}',
    permission: 'token:manage',
    summary: 'End a token now.',
    params: z.strictObject({ name }),
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 204, type: 'application/json', schema: nothing },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
