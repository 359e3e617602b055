import type { Role } from '../pipeline/clusters.ts'
import type { Json, ParameterValue } from '../pipeline/execution.ts'
import type { Release } from '../pipeline/release.ts'
import type { Probe } from '../pipeline/schema/stages/probe.ts'
import type { ExecutionStatus } from '../pipeline/statuses.ts'
import type { ServiceRef } from './requests.ts'
import type { JobResult } from './targets/jobs.ts'

/** What single stage types ask of activities. Types only; small, plain JSON. */

export interface ProbeRequest extends ServiceRef {
  role: Role
  check: Pick<Probe, 'path' | 'status' | 'contains'>
}

/** One answer, judged. */
export interface Probed {
  ok: boolean
  /** What was seen, in words. */
  seen: string
}

export interface EarlierReleaseRequest extends ServiceRef {
  /** Null: the newest one that is not `except`. */
  version: string | null
  except: Release
}

export interface CallRequest {
  /** Sent as `idempotency-key`: an attempt that is repeated may have arrived before. */
  id: string
  connection: string
  method: string
  /** A path below the base address, or an address the connection allows. */
  url: string
  body?: string
  contentType?: string
  /** JSONPaths into the answer, by name. */
  find?: Readonly<Record<string, string>>
  /** What a simulation answers at the JSONPath `state`. */
  hoped?: string
}

/** Any answer but 429 and 5xx, which are tried again. */
export interface Called {
  status: number
  /** The beginning of the answer. */
  answer: string
  /** `location` of the answer. */
  location: string | null
  /** What the JSONPaths gave; null where there is nothing. */
  found: Readonly<Record<string, Json>>
  /** Milliseconds the other side asks to wait before asking again; null when it does not say. */
  retryAfter: number | null
}

export interface JobRequest extends ServiceRef {
  id: string
  command?: readonly string[]
  image?: string
  env: Readonly<Record<string, string>>
}

export interface NotifyRequest {
  /** Same id, same message: receivers know it by that. */
  id: string
  connection: string
  notice: Notice
}

/** What is told about a run. */
export interface Notice {
  execution: string
  pipeline: string
  application: string
  /** Of the run, at that time. */
  status: ExecutionStatus
  /** One sentence for people. */
  text: string
  /** Commit, or content hash. */
  revision: string
  parameters: Readonly<Record<string, ParameterValue>>
  /** ISO 8601. */
  at: string
  /** What waits for an answer of people. */
  judgments?: readonly Question[]
}

/** A judgment that waits: `seen` is the hash of what is asked about, `until` when it is too late. */
export interface Question {
  stage: string
  seen: string
  until: string
}

export interface StartPipelineRequest {
  /** Starts one run, however often it is asked for. */
  id: string
  pipeline: string
  parameters: Readonly<Record<string, ParameterValue>>
  /** The run that asks. */
  parent: string
}

export type StartedPipeline = { execution: string; refused: null } | { execution: null; refused: string }

export interface EndedPipeline {
  status: ExecutionStatus
  reason: string | null
}

export interface MeasureRequest extends ServiceRef {
  role: Role
  provider: string
  /** By purpose, as the provider takes them. */
  expressions: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  from: number
  to: number
  /** What is hoped for; a simulation answers with it. */
  limits: { below?: number; above?: number }
}

/** `empty`: nothing is known; `failed`: it could not be asked. */
export type Measured = { state: 'ok'; value: number } | { state: 'empty' | 'failed'; reason: string }

export interface StageActivities {
  /** Asks one healthy instance of a cluster, past the router. */
  probe(request: ProbeRequest): Promise<Probed>
  /** A release that a run has deployed there with success; null when none is on record. */
  earlierRelease(request: EarlierReleaseRequest): Promise<Release | null>
  /** One request over a connection. */
  call(request: CallRequest): Promise<Called>
  /** Waits for the job's end, however often it is asked. */
  runJob(request: JobRequest): Promise<JobResult>
  endJob(request: { id: string; target: string }): Promise<void>
  notify(request: NotifyRequest): Promise<void>
  startPipeline(request: StartPipelineRequest): Promise<StartedPipeline>
  /** Waits for the end of a run. */
  pipelineEnded(execution: string): Promise<EndedPipeline>
  cancelPipeline(request: { execution: string; by: string; reason: string }): Promise<void>
  /** One number about one cluster. */
  measure(request: MeasureRequest): Promise<Measured>
}
