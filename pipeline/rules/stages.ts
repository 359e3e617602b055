import { routerProvider } from '../presets.ts'
import type { Finding } from '../problem.ts'
import type { Stage, StageOf } from '../schema/stage.ts'
import type { VerifyCheck } from '../schema/stages/verify.ts'

/** What single stage types must keep to beyond their shape. Paths are inside the stage. */
export function stageFindings(stage: Stage, pipeline: unknown): Finding[] {
  if (stage.type === 'webhook') return webhook(stage)
  if (stage.type === 'run') return run(stage)
  if (stage.type === 'verify') return stage.checks.flatMap(check)
  if (stage.type === 'pipeline' && stage.pipeline === pipeline)
    return [{ path: ['pipeline'], message: `"${stage.pipeline}" would start itself for ever` }]
  return []
}

function webhook({ poll, cancel }: StageOf<'webhook'>): Finding[] {
  const findings: Finding[] = []
  if (poll?.path !== undefined && poll.url !== undefined)
    findings.push({ path: ['poll', 'url'], atKey: true, message: 'ask "path" or "url", not both' })
  for (const [key, part] of Object.entries({ poll, cancel })) {
    const named = part?.path?.includes('{id}') ?? false
    if (named && part?.id === undefined)
      findings.push({
        path: [key, 'path'],
        message: '"{id}" needs "id": where the answer of the call says which one it is',
      })
    if (!named && part?.id !== undefined)
      findings.push({ path: [key, 'id'], atKey: true, message: '"id" is for a "path" with "{id}" in it' })
  }
  const all = [...(poll?.success ?? []), ...(poll?.failure ?? []), ...(poll?.canceled ?? [])]
  const double = all.find((word, index) => all.indexOf(word) < index)
  if (double !== undefined)
    findings.push({
      path: ['poll'],
      atKey: true,
      message: `"${double}" means two things: success, failure or canceled`,
    })
  return findings
}

function run({ command, image }: StageOf<'run'>): Finding[] {
  if (command !== undefined || image !== undefined) return []
  return [{ path: ['type'], message: 'a "run" needs a "command" (process targets) or an "image"' }]
}

function check(check: VerifyCheck, index: number): Finding[] {
  const at = (...path: string[]) => ['checks', index, ...path]
  if (check.kind !== 'metric') return []
  if (check.below === undefined && check.above === undefined)
    return [{ path: at('name'), message: `"${check.name}" has no limit: write "below" or "above"` }]
  if (check.provider === routerProvider && check.query !== undefined)
    return [
      {
        path: at('query'),
        atKey: true,
        message: `"${routerProvider}" takes no queries; write "share: errors" or "share: slow"`,
      },
    ]
  if (check.provider === routerProvider && check.share === undefined)
    return [
      {
        path: at('name'),
        message: `"${check.name}" says not what it is: write "share: errors" or "share: slow", or a "provider" and a "query"`,
      },
    ]
  if (check.provider !== routerProvider && check.query === undefined)
    return [{ path: at('provider'), message: `"${check.provider}" needs a "query" that gives one number` }]
  return []
}
