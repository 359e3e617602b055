import { describe, expect, it } from 'vitest'
import { CaseError } from './case-error.ts'
import { judgeKayentaCase } from './judge-case.ts'

const calm = [100, 101, 99, 102, 98, 103, 97, 104, 96, 105]
const metric = { name: 'm', groups: ['g'], analysisConfigurations: {} }
const pair = { name: 'm', id: 'm-0', tags: {}, values: { control: calm, experiment: calm } }
const valid = {
  id: 'k1',
  canaryConfig: { metrics: [metric], classifier: {} },
  thresholds: { pass: 95, marginal: 75 },
  metricSetPairs: [pair],
}

function withValues(experiment: unknown, control: unknown = calm) {
  return { ...valid, metricSetPairs: [{ ...pair, values: { control, experiment } }] }
}

function withMetric(changes: object) {
  return { ...valid, canaryConfig: { ...valid.canaryConfig, metrics: [{ ...metric, ...changes }] } }
}

function problem(json: unknown): { message: string; pointer: string } {
  try {
    judgeKayentaCase(json)
  } catch (error) {
    if (error instanceof CaseError) return { message: error.message, pointer: error.pointer }
    throw error
  }
  throw new Error('nothing was wrong')
}

describe('a judgment', () => {
  it('has the id, the score, the groups, and one result and one diagnosis a pair', () => {
    expect(judgeKayentaCase(withValues(calm.map(value => value + 10)))).toMatchObject({
      id: 'k1',
      score: { score: 0, classification: 'Fail', classificationReason: '' },
      groupScores: [{ name: 'g', score: 0 }],
      results: [
        {
          name: 'm',
          id: 'm-0',
          classification: 'High',
          classificationReason: 'm was classified as High',
          critical: false,
          muted: false,
          groups: ['g'],
          experimentStats: { count: 10, mean: 110.5 },
          controlStats: { count: 10, mean: 100.5 },
        },
      ],
      diagnostics: [{ name: 'm', path: 'mannwhitney', noise: false }],
    })
  })

  it('writes what JSON cannot as strings', () => {
    const { results, diagnostics } = judgeKayentaCase(withValues([...calm, 'Infinity']))
    expect(results[0]).toMatchObject({ ratio: 'NaN', experimentStats: { mean: 'NaN', max: 'Infinity' } })
    expect(diagnostics[0]).toMatchObject({ estimate: 'Infinity', bound: 'Infinity' })
  })

  it('leaves a muted metric out of the score, and lets it lack its groups', () => {
    const muted = withMetric({ groups: null, analysisConfigurations: { canary: { muted: true, critical: true } } })
    const { score, results, groupScores } = judgeKayentaCase({
      ...muted,
      metricSetPairs: [{ ...pair, values: { control: calm, experiment: [] } }],
    })
    expect(results[0]).toMatchObject({ classification: 'Nodata', critical: true, muted: true, groups: null })
    expect({ score: score.score, reason: score.classificationReason, groupScores }).toEqual({
      score: 0,
      reason: '',
      groupScores: [],
    })
  })

  it('judges each pair of a metric, by the first metric of that name', () => {
    const metrics = [
      metric,
      { name: 'm', groups: ['h'], analysisConfigurations: { canary: { direction: 'decrease' } } },
    ]
    const pairs = [pair, { ...pair, id: 'm-1', values: { control: calm, experiment: calm.map(value => value * 2) } }]
    const judgment = judgeKayentaCase({ ...valid, canaryConfig: { metrics, classifier: {} }, metricSetPairs: pairs })
    expect(judgment.results.map(({ id, classification }) => ({ id, classification }))).toEqual([
      { id: 'm-0', classification: 'Pass' },
      { id: 'm-1', classification: 'High' },
    ])
    expect(judgment.groupScores).toEqual([{ name: 'g', score: 50 }])
  })

  it('takes a null point for 0 and the string NaN for NaN', () => {
    const { results } = judgeKayentaCase(withValues([1, null, 'NaN', 3]))
    expect(results[0]!.experimentStats).toMatchObject({ count: 3, min: 0, mean: 4 / 3 })
  })

  it('takes a null weight or threshold for 0', () => {
    const classifier = { groupWeights: { g: null } }
    const config = { metrics: [metric], classifier }
    expect(judgeKayentaCase({ ...valid, canaryConfig: config }).score).toMatchObject({
      score: 0,
      classification: 'Fail',
    })
    const thresholds = { pass: null, marginal: 75 }
    expect(judgeKayentaCase({ ...valid, canaryConfig: config, thresholds }).score.classification).toBe('Pass')
  })

  it('does not look at metrics without data, nor at keys it does not know', () => {
    const unused = {
      name: 'unused',
      groups: null,
      analysisConfigurations: { canary: { critical: 'true' } },
      query: { type: 'x' },
    }
    const config = { ...valid.canaryConfig, metrics: [metric, unused], templates: { a: 'b' }, judge: { name: 'x' } }
    expect(judgeKayentaCase({ ...valid, canaryConfig: config, more: 1 }).score.score).toBe(100)
  })

  it('of nothing is 0', () => {
    const none = { ...valid, canaryConfig: { classifier: { groupWeights: null } }, metricSetPairs: [] }
    expect(judgeKayentaCase(none)).toMatchObject({
      score: { score: 0, classification: 'Fail' },
      results: [],
      diagnostics: [],
    })
  })
})

describe('noise', () => {
  const constants = withValues([6, 6, 6, 6, 6], [5, 5, 5, 5, 5])

  it('is the same on every run, with a seed and without', () => {
    expect(judgeKayentaCase(constants)).toEqual(judgeKayentaCase(structuredClone(constants)))
    const seeded = { ...constants, seed: 42 }
    expect(judgeKayentaCase(seeded)).toEqual(judgeKayentaCase(structuredClone(seeded)))
  })

  it('follows the seed', () => {
    const [one, two] = [1, 2].map(seed => judgeKayentaCase({ ...constants, seed }).diagnostics)
    expect(one).not.toEqual(two)
  })

  it('of a metric does not depend on its neighbours when no seed is given', () => {
    const another = { ...pair, id: 'm-1', values: { control: [1, 1], experiment: [2, 2] } }
    const alone = judgeKayentaCase(constants).diagnostics[0]
    const behind = judgeKayentaCase({ ...constants, metricSetPairs: [another, ...constants.metricSetPairs] })
    expect(behind.diagnostics[1]).toEqual(alone)
  })
})

describe('a case that cannot be judged', () => {
  it.each([
    { json: null, pointer: '', message: 'must be an object' },
    { json: [], pointer: '', message: 'must be an object' },
    { json: { ...valid, canaryConfig: undefined }, pointer: '/canaryConfig', message: 'must be a canary config' },
    {
      json: { ...valid, canaryConfig: { metrics: [metric] } },
      pointer: '/canaryConfig/classifier',
      message: 'is missing; give an object, it may be empty',
    },
    {
      json: { ...valid, canaryConfig: { ...valid.canaryConfig, metrics: {} } },
      pointer: '/canaryConfig/metrics',
      message: 'must be a list of metrics',
    },
    {
      json: { ...valid, canaryConfig: { ...valid.canaryConfig, classifier: { groupWeights: { 'a/b': 'x' } } } },
      pointer: '/canaryConfig/classifier/groupWeights/a~1b',
      message: 'must be a number',
    },
    { json: { ...valid, thresholds: null }, pointer: '/thresholds', message: 'must be an object: pass and marginal' },
    {
      json: { ...valid, thresholds: { pass: 95 } },
      pointer: '/thresholds/marginal',
      message: 'is missing; give a number',
    },
    { json: { ...valid, seed: 1.5 }, pointer: '/seed', message: 'must be a whole number' },
    { json: { ...valid, metricSetPairs: undefined }, pointer: '/metricSetPairs', message: 'must be a list of pairs' },
    {
      json: { ...valid, metricSetPairs: [{ ...pair, name: null }] },
      pointer: '/metricSetPairs/0/name',
      message: 'must be a string',
    },
    {
      json: withValues(undefined),
      pointer: '/metricSetPairs/0/values/experiment',
      message: 'must be a list of numbers',
    },
    {
      json: withValues([1, '2']),
      pointer: '/metricSetPairs/0/values/experiment/1',
      message: 'a data point must be a number, null, "NaN", "Infinity" or "-Infinity"',
    },
    { json: withValues(calm, [[]]), pointer: '/metricSetPairs/0/values/control/0' },
    {
      json: withMetric({ groups: undefined }),
      pointer: '/canaryConfig/metrics/0/groups',
      message: 'groups is missing; give a list, it may be empty',
    },
    {
      json: withMetric({ groups: 'g' }),
      pointer: '/canaryConfig/metrics/0/groups',
      message: 'must be a list of strings',
    },
    { json: withMetric({ groups: [{}] }), pointer: '/canaryConfig/metrics/0/groups/0', message: 'must be a string' },
    {
      json: withMetric({ analysisConfigurations: { canary: 5 } }),
      pointer: '/canaryConfig/metrics/0/analysisConfigurations/canary',
      message: 'must be an object',
    },
    {
      json: withMetric({ analysisConfigurations: { canary: { muted: 'yes' } } }),
      pointer: '/canaryConfig/metrics/0/analysisConfigurations/canary/muted',
      message: 'muted must be true or false, not "yes"',
    },
    {
      json: { ...valid, metricSetPairs: [{ ...pair, name: 'other' }] },
      pointer: '/metricSetPairs/0/name',
      message: 'no metric named "other" in canaryConfig',
    },
  ])('says where and why: $pointer $message', ({ json, pointer, message }) => {
    expect(problem(json)).toMatchObject({ pointer, ...(message === undefined ? {} : { message }) })
  })
})
