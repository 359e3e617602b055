import { describe, expect, test } from 'vitest'
import type { StageOf } from '../schema/stage.ts'
import { ExpressionError } from './errors.ts'
import type { ExpressionContext } from './evaluate.ts'
import { evaluateCondition, resolveStage } from './resolve.ts'

const context: ExpressionContext = {
  parameters: { version: '2.0.0', count: 3, evil: '${{ parameters.version }}' },
  trigger: { type: 'api', by: 'ci' },
  execution: { id: 'shop-1', pipeline: 'shop', application: 'shop', revision: 'abc', attempt: 1 },
  stages: { canary: { verdict: 'pass', release: { version: '2.0.0', command: ['node', 'app.mjs'], env: { A: 'b' } } } },
}

function deploy(release: StageOf<'deploy'>['release']): StageOf<'deploy'> {
  return { id: 'us', type: 'deploy', target: 'us', service: 'shop', strategy: 'rolling', release }
}

function released(release: StageOf<'deploy'>['release']): unknown {
  const stage = resolveStage(deploy(release), context)
  return 'release' in stage ? stage.release : null
}

describe('a stage that is ready to run', () => {
  test('has every text of its release filled in', () => {
    expect(
      released({
        version: '${{ parameters.version }}',
        command: ['node', '--n=${{ parameters.count }}', '$${{ kept }}'],
        env: { BY: '${{ trigger.by }}', PLAIN: 'x' },
      }),
    ).toEqual({ version: '2.0.0', command: ['node', '--n=3', '${{ kept }}'], env: { BY: 'ci', PLAIN: 'x' } })
  })

  test('takes over the release of an earlier stage as it was', () => {
    expect(released('${{ stages.canary.release }}')).toEqual(context.stages.canary!.release)
  })

  test('may make a release of its own', () => {
    expect(released('${{ { "version": parameters.version, "command": ["node"] } }}')).toEqual({
      version: '2.0.0',
      command: ['node'],
    })
  })

  test('never evaluates what a value says', () => {
    expect(released({ version: 'v', command: ['${{ parameters.evil }}'] })).toMatchObject({
      command: ['${{ parameters.version }}'],
    })
  })

  test('leaves the definition it came from alone, and its metric queries and condition for later', () => {
    const stage: StageOf<'canary'> = {
      id: 'canary',
      type: 'canary',
      target: 'eu',
      service: 'shop',
      release: { version: '${{ parameters.version }}', command: ['node'] },
      when: '${{ true }}',
      baseline: 'stable',
      steps: [{ weight: 5, for: 1_000 }],
      analysis: {
        interval: 1_000,
        warmUp: 0,
        delay: 0,
        judge: { type: 'sequential', falseAlarm: 0.01 },
        metrics: [
          {
            name: 'a',
            kind: 'count',
            direction: 'increase',
            critical: false,
            weight: 1,
            provider: 'p',
            query: 'x{${{ selector }}}',
          },
        ],
        guardrails: [],
      },
      onPass: 'next',
      onVerdict: { fail: 'rollback', insufficient: 'hold', errored: 'rollback' },
      maxHold: 1_000,
    }
    const before = structuredClone(stage)
    const resolved = resolveStage(stage, context)
    expect(stage).toEqual(before)
    expect(resolved).toEqual({ ...before, release: { version: '2.0.0', command: ['node'] } })
  })
})

describe('a stage fails with a typed error', () => {
  test.each([
    ['when a text would become a number', { version: '${{ parameters.count }}' }, /takes text, not 3/],
    ['when something is missing', { version: '${{ parameters.nope }}' }, /there is no "nope"/],
    ['when an earlier stage gave nothing', '${{ stages.other.release }}', /stage "other" has no outputs yet/],
    ['when the release is none', '${{ parameters.version }}', /takes a release/],
    ['when the release has keys nobody knows', '${{ { "version": "1", "cmd": ["a"] } }}', /takes a release/],
  ])('%s', (_, release, reason) => {
    expect(() => released(release as never)).toThrow(ExpressionError)
    expect(() => released(release as never)).toThrow(reason)
  })
})

describe('a condition', () => {
  test('is true or false, and nothing else', () => {
    expect(evaluateCondition("${{ stages['canary'].verdict == 'pass' }}", context)).toBe(true)
    expect(evaluateCondition('${{ parameters.count > 5 }}', context)).toBe(false)
    expect(() => evaluateCondition('${{ parameters.version }}', context)).toThrow(/true or false, not "2.0.0"/)
    expect(() => evaluateCondition('true', context)).toThrow(ExpressionError)
  })
})
