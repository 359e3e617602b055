import { patched } from '@temporalio/workflow'
import type { Patch } from './patches.ts'
import { patches } from './patches.ts'

/** Ids that stand for all before them, newest first. */
const whole: readonly Patch[] = [patches.inOneGo, patches.atOnce, patches.lessAsked, patches.before2027]
const inOrder: readonly Patch[] = Object.values(patches)

/** Whether a workflow began after a change, or has just reached it. */
export function isPatched(id: Patch): boolean {
  const implying = whole.filter(other => inOrder.indexOf(other) >= inOrder.indexOf(id))
  return [...new Set([...implying, id])].some(patched)
}
