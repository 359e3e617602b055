import { auditPage, auditQuery, auditRange, auditRecords, auditVerification } from '../audit.ts'
import { anyHeaders, none, type Route } from './route.ts'

const reading = { method: 'get', permission: 'audit:read', params: none, headers: anyHeaders, body: null } as const

export const auditRoutes = {
  searchAudit: {
    ...reading,
    path: '/api/v1/audit',
    summary: 'What was done and what was refused, newest first.',
    query: auditQuery,
    success: { status: 200, type: 'application/json', schema: auditPage },
    problems: ['unavailable'],
  },
  exportAudit: {
    ...reading,
    path: '/api/v1/audit/records',
    summary: 'All records in order, as they were hashed: for copies elsewhere, and for checking them.',
    query: auditRange,
    success: { status: 200, type: 'application/json', schema: auditRecords },
    problems: ['unavailable'],
  },
  verifyAudit: {
    ...reading,
    path: '/api/v1/audit/verification',
    summary: 'Checks the whole chain.',
    query: none,
    success: { status: 200, type: 'application/json', schema: auditVerification },
    problems: ['unavailable'],
  },
} as const satisfies Record<string, Route>
