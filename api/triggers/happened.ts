import type { ParameterValue } from '../../pipeline/execution.ts'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'

export interface Push {
  /** `owner/name`. */
  repository: string
  branch: string
  commit: string
  by: string
  message: string
  /** Files that were added, changed or removed, as far as the sender tells. */
  paths: readonly string[]
}

export interface PushedImage {
  /** Without the host. */
  repository: string
  tag: string
  digest: string
  /** As one would pull it. */
  name: string
}

/** A run that has ended. */
export interface EndedRun {
  id: string
  pipeline: string
  application: string
  revision: string
  status: ExecutionStatus
  by: string
  parameters: Readonly<Record<string, ParameterValue>>
}

/** Something that may be a reason to start runs. */
export type Happened =
  | {
      kind: 'hook'
      source: string
      event: string
      payload: unknown
      pushes: readonly Push[]
      images: readonly PushedImage[]
    }
  | { kind: 'run'; run: EndedRun }
