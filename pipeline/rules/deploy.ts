import type { Finding } from '../problem.ts'
import type { Stage, StageOf } from '../schema/stage.ts'

type Deploy = StageOf<'deploy'>
type Strategy = Deploy['strategy']

/** Keys that mean nothing with some strategies. */
const only = {
  checks: ['blue-green'],
  switch: ['blue-green'],
  steps: ['canary'],
  bake: ['blue-green', 'canary'],
} as const satisfies Partial<Record<keyof Deploy, readonly Strategy[]>>

/** What a deployment must keep to beyond its shape. Paths are inside the stage. */
export function deployFindings(stage: Stage): Finding[] {
  if (stage.type !== 'deploy') return []
  const findings = Object.entries(only).flatMap(([key, strategies]): Finding[] => {
    if (stage[key as keyof typeof only] === undefined || strategies.some(one => one === stage.strategy)) return []
    const message = `"${key}" is for ${strategies.map(one => `"strategy: ${one}"`).join(' and ')}; this one is ${stage.strategy}`
    return [{ path: [key], atKey: true, message }]
  })
  if (stage.strategy === 'canary' && stage.steps === undefined)
    findings.push({ path: ['strategy'], message: '"strategy: canary" needs "steps": how traffic grows' })
  if (stage.switch === 'later' && stage.bake !== undefined)
    findings.push({
      path: ['bake'],
      atKey: true,
      message: 'with "switch: later" the "promote" stage bakes; put "bake" there',
    })
  return findings
}
