import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import type { Notice } from '../stage-requests.ts'
import type { Link } from './links.ts'

/** As receivers get it. */
export type NoticeWithLinks = Notice & { links?: readonly Link[] }

const source = '/slipway'

/** CloudEvents 1.0, structured. */
export function cloudEvent(notice: NoticeWithLinks, id: string): object {
  return {
    specversion: '1.0',
    id,
    source,
    type: `dev.slipway.execution.${notice.status}`,
    subject: notice.execution,
    time: notice.at,
    datacontenttype: 'application/json',
    data: notice,
  }
}

/** What CDEvents says of the end of a run; one that goes on has no outcome. */
const outcomes: Partial<Record<ExecutionStatus, 'success' | 'failure' | 'error'>> = {
  succeeded: 'success',
  failed: 'failure',
  'rolled-back': 'failure',
  rejected: 'failure',
  canceled: 'error',
  errored: 'error',
}

/** CDEvents 0.4: a pipeline run that has started, or finished. */
export function cdEvent(notice: NoticeWithLinks, id: string): object {
  const { execution, pipeline, status, text, at } = notice
  const outcome = outcomes[status]
  const type =
    outcome === undefined ? 'dev.cdevents.pipelinerun.started.0.2.0' : 'dev.cdevents.pipelinerun.finished.0.2.0'
  const ended = outcome === undefined ? {} : { outcome, ...(outcome === 'success' ? {} : { errors: text }) }
  return {
    context: { version: '0.4.1', id, source, type, timestamp: at },
    subject: { id: execution, source, type: 'pipelineRun', content: { pipelineName: pipeline, ...ended } },
    customData: notice,
    customDataContentType: 'application/json',
  }
}
