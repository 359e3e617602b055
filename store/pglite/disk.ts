import { statfsSync } from 'node:fs'
import { errorCode, errorResponse, query } from './frames.ts'
import type { Execute } from './session.ts'

/**
 * Refuses writes while the disk is nearly full, and takes them again when it is not. PostgreSQL in WebAssembly that
 * meets a full disk stops in the middle of a write and never answers again, so it must not come to that: the reserve is
 * for what reads and checkpoints write.
 */
export function refuseWritesOnFullDisk(
  execute: Execute,
  folder: string,
  onChange: (refusing: boolean) => void,
): Execute {
  let refusing = false
  let between = true

  return async request => {
    const free = freeBytes(folder)
    const refuse = free < (refusing ? enough : reserve)
    if (between && refuse !== refusing) {
      await execute(query(`set default_transaction_read_only = ${refuse ? 'on' : 'off'}`))
      refusing = refuse
      onChange(refusing)
    }
    const answer = await execute(request)
    between = answer.some(isIdle)
    return refusing ? answer.map(message => explain(message, folder, free)) : answer
  }
}

/** Below it nothing is written. */
export const reserve = 64 * 1024 * 1024

/** Above it writing begins again; more than `reserve`, so that it does not go back and forth. */
const enough = reserve * 1.25

/** Bytes that this user may still write where `folder` is. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`
}

function isIdle(message: Buffer): boolean {
  return message[0] === 0x5a && message[5] === 0x49
}

/** "read-only transaction" says nothing to whoever has to make room. */
function explain(message: Buffer, folder: string, free: number): Buffer {
  if (errorCode(message) !== '25006') return message
  const text = `the disk of ${folder} has only ${megabytes(free)} left; nothing is written below ${megabytes(reserve)}`
  return errorResponse('ERROR', '53100', text)
}
