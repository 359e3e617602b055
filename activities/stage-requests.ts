import type { Role } from '../pipeline/clusters.ts'
import type { Release } from '../pipeline/release.ts'
import type { Probe } from '../pipeline/schema/stages/probe.ts'
import type { ServiceRef } from './requests.ts'

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

export interface StageActivities {
  /** Asks one healthy instance of a cluster, past the router. */
  probe(request: ProbeRequest): Promise<Probed>
  /** A release that a run has deployed there with success; null when none is on record. */
  earlierRelease(request: EarlierReleaseRequest): Promise<Release | null>
}
