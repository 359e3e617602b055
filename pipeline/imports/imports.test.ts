import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { validatePipeline } from '../validate.ts'
import { importArgoRollouts } from './argo-rollouts.ts'
import { importFlagger } from './flagger.ts'
import { importKayenta } from './kayenta.ts'
import type { Imported } from './source.ts'

/** What is wrong with what came out, except what is not available yet. */
function problems({ pipeline }: Imported): string[] {
  return validatePipeline(stringify(pipeline), 'imported.yaml')
    .problems.map(({ message }) => message)
    .filter(message => !message.endsWith('not available yet'))
}

const pointers = ({ lost }: Imported) => lost.map(({ pointer }) => pointer)
const stageOf = ({ pipeline }: Imported, index = 0) => (pipeline.stages as Record<string, unknown>[])[index]!

describe('a canary config of Kayenta', () => {
  const config = {
    name: 'Checkout Canary',
    applications: ['shop'],
    judge: { name: 'NetflixACAJudge-v1.0', judgeConfigurations: {} },
    metrics: [
      {
        name: 'errors 5xx',
        query: { type: 'prometheus', metricName: 'http_errors', labelBindings: ['code="500"'] },
        groups: ['Errors'],
        analysisConfigurations: {
          canary: {
            direction: 'increase',
            critical: true,
            effectSize: { allowedIncrease: 1.1 },
            nanStrategy: 'replace',
          },
        },
        scopeName: 'default',
      },
      { name: 'cpu', query: { type: 'datadog', metricName: 'cpu.avg' }, groups: ['System'] },
    ],
    classifier: { groupWeights: { Errors: 70, System: 30 } },
  }
  const imported = importKayenta({ canaryConfig: config, scoreThresholds: { pass: 90, marginal: 60 } })

  it('becomes a pipeline with its judge', () => {
    expect(problems(imported)).toEqual([])
    expect(imported.pipeline).toMatchObject({ name: 'checkout-canary', application: 'shop' })
    expect(stageOf(imported).analysis).toEqual({
      interval: '1m',
      judge: { type: 'mann-whitney', pass: 90, marginal: 60 },
      metrics: [
        {
          ...{ name: 'errors-5xx', kind: 'series', direction: 'increase', critical: true, group: 'errors' },
          provider: 'prometheus',
          query: 'avg(avg_over_time(http_errors{${{ selector }}, code="500"}[${{ window }}]))',
        },
      ],
    })
  })

  it('says what was left behind, all of it', () => {
    expect(pointers(imported).sort()).toEqual([
      '/canaryConfig/classifier/groupWeights/Errors',
      '/canaryConfig/classifier/groupWeights/System',
      '/canaryConfig/judge/judgeConfigurations',
      '/canaryConfig/metrics/0/analysisConfigurations/canary/effectSize',
      '/canaryConfig/metrics/0/analysisConfigurations/canary/nanStrategy',
      '/canaryConfig/metrics/1',
    ])
  })
})

describe('a Rollout of Argo Rollouts', () => {
  const rollout = parse(`
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: checkout, labels: { a: b } }
spec:
  replicas: 5
  selector: { matchLabels: { app: checkout } }
  template: { spec: { containers: [] } }
  progressDeadlineSeconds: 600
  strategy:
    canary:
      maxSurge: 25%
      canaryService: checkout-canary
      steps:
        - setWeight: 20
        - pause: { duration: 10m }
        - setWeight: 40
        - pause: { duration: 90 }
        - analysis: { templates: [{ templateName: errors }] }
        - setWeight: 60
        - pause: {}
        - setWeight: 100
`)
  const template = parse(`
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: errors }
spec:
  args: [{ name: service }]
  metrics:
    - name: error-rate
      interval: 1m
      failureLimit: 3
      successCondition: result[0] <= 0.05
      provider: { prometheus: { address: 'http://prom', query: 'sum(rate(errors{app="{{args.service}}"}[5m]))' } }
    - name: job
      provider: { job: {} }
`)
  const imported = importArgoRollouts([rollout, template])

  it('becomes a canary with its steps and metrics', () => {
    expect(problems(imported)).toEqual([])
    expect(stageOf(imported)).toMatchObject({
      ...{ type: 'canary', service: 'checkout', baseline: 'stable' },
      steps: [
        { weight: 20, for: '10m' },
        { weight: 40, for: '90s' },
        { weight: 60, for: '1m' },
      ],
      analysis: {
        metrics: [{ name: 'error-rate', kind: 'series', direction: 'increase' }],
        guardrails: [{ metric: 'error-rate', above: 0.05, atLeast: 3 }],
      },
    })
  })

  it('says what was left behind, all of it', () => {
    expect(pointers(imported).sort()).toEqual([
      '/spec/args',
      '/spec/metrics/0/failureLimit',
      '/spec/metrics/0/interval',
      '/spec/metrics/0/provider/prometheus/address',
      '/spec/metrics/1',
      '/spec/progressDeadlineSeconds',
      '/spec/replicas',
      '/spec/strategy/canary/maxSurge',
      '/spec/strategy/canary/steps/4',
      '/spec/strategy/canary/steps/6',
      '/spec/template',
    ])
  })

  it('that is blue-green and promoted by hand becomes three stages', () => {
    const blueGreen = { activeService: 'a', previewService: 'p', autoPromotionEnabled: false }
    const byHand = importArgoRollouts([
      { kind: 'Rollout', metadata: { name: 'web' }, spec: { strategy: { blueGreen } } },
    ])
    expect(problems(byHand)).toEqual([])
    expect((byHand.pipeline.stages as { type: string }[]).map(({ type }) => type)).toEqual([
      'deploy',
      'judgment',
      'promote',
    ])
    expect(byHand.lost).toEqual([])
  })

  it('has to be there', () => {
    expect(() => importArgoRollouts([template])).toThrow('there is no Rollout')
  })
})

describe('a Canary of Flagger', () => {
  const canary = parse(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test }
spec:
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  progressDeadlineSeconds: 60
  autoscalerRef: { name: podinfo }
  service: { port: 9898 }
  skipAnalysis: false
  analysis:
    interval: 1m
    threshold: 10
    maxWeight: 50
    stepWeight: 10
    metrics:
      - { name: request-success-rate, thresholdRange: { min: 99 }, interval: 1m }
      - { name: request-duration, thresholdRange: { max: 500 }, interval: 30s }
      - { name: not-found, templateRef: { name: not-found } }
    webhooks:
      - { name: load, type: rollout, url: 'http://load' }
`)
  const imported = importFlagger([canary])

  it('becomes a canary that climbs as it did', () => {
    expect(problems(imported)).toEqual([])
    expect(stageOf(imported)).toMatchObject({
      ...{ type: 'canary', service: 'podinfo', baseline: 'fresh' },
      steps: [10, 20, 30, 40, 50].map(weight => ({ weight, for: '1m' })),
      analysis: {
        metrics: [{ preset: 'http', slow: '500ms' }],
        guardrails: [{ metric: 'errors', above: '1%', atLeast: 50 }],
      },
    })
  })

  it('says what was left behind, all of it', () => {
    expect(pointers(imported).sort()).toEqual([
      '/spec/analysis/metrics/2',
      '/spec/analysis/threshold',
      '/spec/analysis/webhooks/0',
      '/spec/autoscalerRef',
      '/spec/progressDeadlineSeconds',
      '/spec/service',
      '/spec/skipAnalysis',
    ])
  })
})
