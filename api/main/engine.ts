import { Client, Connection } from '@temporalio/client'
import type { Engine } from '../engine/engine.ts'
import type { Schedules } from '../engine/schedules.ts'
import { createTemporalEngine } from '../engine/temporal-engine.ts'
import { createTemporalSchedules } from '../engine/temporal-schedules.ts'
import { connectionTo, dataOf, type TemporalAddress } from './addresses.ts'
import { reconnectSoon } from './reconnect.ts'

export interface OpenEngine {
  engine: Engine
  schedules: Schedules
  close(): Promise<void>
}

/** The engine at an address; it may still be away, or go away, and is used again when it is back. */
export function openEngine(temporal: TemporalAddress): OpenEngine {
  const connection = Connection.lazy({ ...connectionTo(temporal), channelArgs: reconnectSoon })
  const client = new Client({ connection, ...dataOf(temporal) })
  return {
    engine: createTemporalEngine(client),
    schedules: createTemporalSchedules(client),
    close: () => connection.close(),
  }
}
