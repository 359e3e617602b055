import type { Path } from '../problem.ts'
import type { Stage, StageOf, StageType } from '../schema/stage.ts'
import type { Probe } from '../schema/stages/probe.ts'
import type { StageTemplate } from './templates.ts'

/** The texts of a stage that may hold expressions, besides those that many types have. */
export function stageTexts(stage: Stage): StageTemplate[] {
  const of = texts[stage.type] as ((stage: Stage) => Found) | undefined
  return (of?.(stage) ?? []).flatMap(([path, text]) =>
    text === undefined ? [] : [{ path, text, takes: 'text' as const }],
  )
}

type Found = readonly (readonly [Path, string | undefined])[]

const texts: { readonly [T in StageType]?: (stage: StageOf<T>) => Found } = {
  deploy: ({ checks = [] }) => checks.flatMap((check, index) => probeTexts(check, ['checks', index])),
  rollback: ({ to }) => [[['to'], to]],
}

function probeTexts({ path, contains }: Probe, base: Path): Found {
  return [
    [[...base, 'path'], path],
    [[...base, 'contains'], contains],
  ]
}
