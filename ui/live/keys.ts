import type { AuditFilter } from '../features/audit/filter.ts'
import type { ExecutionFilter } from '../features/executions/filter.ts'

/** The names under which the query cache keeps what it knows. One table, so that events find what they make stale. */
export const keys = {
  session: ['session'],
  pipelines: ['pipelines'],
  pipeline: (name: string) => ['pipelines', name],
  validation: (text: string) => ['validation', text],
  inbox: ['inbox'],
  approvalLink: (link: string) => ['approval-link', link],
  targets: ['targets'],
  health: ['health'],
  breakers: ['breakers'],
  freezes: ['freezes'],
  quarantine: ['quarantine'],
  locks: ['locks'],
  traffic: (target: string, service: string) => ['traffic', target, service],
  audit: (filter: AuditFilter) => ['audit', filter],
  definition: (id: string) => ['definition', id],
  lists: ['executions'],
  list: (filter: ExecutionFilter) => ['executions', filter],
  execution: (id: string) => ['execution', id],
  series: (id: string, stage: string) => ['series', id, stage],
  analysis: (id: string) => ['analysis', id],
  /** Events of the last while, of all executions. */
  recent: ['recent'],
  timeline: (id: string) => ['timeline', id],
} as const
