import { patched } from '@temporalio/workflow'
import type { Patch } from './patches.ts'
import { patches } from './patches.ts'

/** Whether a workflow began after a change, or has just reached it. */
export function isPatched(id: Patch): boolean {
  return patched(patches.lessAsked) || patched(patches.before2027) || patched(id)
}
