import { z } from 'zod'
import { loginBody, nothing, session } from '../server.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const sessionRoutes = {
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
} as const satisfies Record<string, Route>
