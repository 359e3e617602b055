import type { Path } from '../problem.ts'
import type { Stage, StageOf, StageType } from '../schema/stage.ts'
import type { Probe } from '../schema/stages/probe.ts'
import type { VerifyCheck } from '../schema/stages/verify.ts'
import { queryTemplates, type StageTemplate } from './query-templates.ts'

/** The texts of a stage that may hold expressions, besides those that many types have. */
export function stageTexts(stage: Stage): StageTemplate[] {
  const of = texts[stage.type] as ((stage: Stage) => readonly Found[]) | undefined
  return (of?.(stage) ?? []).flatMap(one => {
    if (!Array.isArray(one)) return [one as StageTemplate]
    const [path, text] = one as Text
    return text === undefined ? [] : [{ path, text, takes: 'text' as const }]
  })
}

type Text = readonly [Path, string | undefined]
type Found = Text | StageTemplate

const texts: { readonly [T in StageType]?: (stage: StageOf<T>) => readonly Found[] } = {
  canary: ({ gates = [], load }) => [
    ...gates.flatMap(({ path, metadata }, index): Found[] => [
      [['gates', index, 'path'], path],
      ...Object.entries(metadata).map(([key, value]): Found => [['gates', index, 'metadata', key], value]),
    ]),
    ...(load === undefined ? [] : programTexts(load, ['load'])),
  ],
  deploy: ({ checks = [] }) => checks.flatMap((check, index) => probeTexts(check, ['checks', index])),
  notify: ({ message }) => [[['message'], message]],
  pipeline: ({ parameters }) =>
    Object.entries(parameters).map(([key, value]): Found => {
      return [['parameters', key], typeof value === 'string' ? value : undefined]
    }),
  rollback: ({ to }) => [[['to'], to]],
  run: stage => programTexts(stage, []),
  verify: ({ checks }) => checks.flatMap((check, index) => checkTexts(check, ['checks', index])),
  webhook: ({ path, body, poll, cancel }) => [
    [['path'], path],
    [['body'], body],
    [['poll', 'path'], poll?.path],
    [['cancel', 'path'], cancel?.path],
  ],
}

function checkTexts(check: VerifyCheck, base: Path): Found[] {
  if (check.kind === 'probe') return [...probeTexts(check, base)]
  if (check.kind === 'metric')
    return check.query === undefined ? [] : [{ path: [...base, 'query'], text: check.query, takes: 'query' }]
  return [
    [[...base, 'canary', 'version'], check.canary.version],
    [[...base, 'baseline', 'version'], check.baseline?.version],
    ...queryTemplates(check.analysis.metrics, [...base, 'analysis']),
  ]
}

function programTexts(
  { command = [], image, env }: Pick<StageOf<'run'>, 'command' | 'image' | 'env'>,
  base: Path,
): Found[] {
  return [
    ...command.map((word, index): Found => [[...base, 'command', index], word]),
    [[...base, 'image'], image],
    ...Object.entries(env).map(([key, value]): Found => [[...base, 'env', key], value]),
  ]
}

function probeTexts({ path, contains }: Probe, base: Path): readonly Found[] {
  return [
    [[...base, 'path'], path],
    [[...base, 'contains'], contains],
  ]
}
