import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { CliError, exitCodes } from '../io.ts'
import { powerCommand } from './power.ts'

async function run(...args: string[]): Promise<string> {
  const stdout = new PassThrough()
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} }
  try {
    await powerCommand(io).parseAsync(args, { from: 'user' })
  } finally {
    stdout.end()
  }
  return text(stdout)
}

const service = ['--requests', '500', '--errors', '1%', '--weight', '10%', '--detect', '2%']
const plan = async (...args: string[]) => JSON.parse(await run(...service, '-o', 'json', ...args))

describe('slipway power', () => {
  it('says how long a step must be, to people', async () => {
    expect(await run(...service, '--margin', '1%', '--false-alarm', '2%')).toBe(
      [
        '500 canary and 500 baseline requests between looks, one every 10s',
        '',
        '                                        HALF AFTER  NINE OF TEN AFTER',
        'a canary with 2 % instead of 1 % fails  1m 10s      2m 20s',
        'an equal canary passes                  1m 30s      2m 10s',
        '',
      ].join('\n'),
    )
  })

  it('says it to machines', async () => {
    expect(await plan('--margin', '1%', '--false-alarm', '2%')).toEqual({
      interval: 10_000,
      requestsPerInterval: { baseline: 500, canary: 500 },
      errors: { baseline: 0.01, canary: 0.02 },
      margin: { absolute: 0.01 },
      falseAlarm: 0.02,
      falsePass: 0.02,
      fail: { median: 70_000, nineOfTen: 140_000 },
      pass: { median: 90_000, nineOfTen: 130_000 },
    })
  })

  it('knows that a pass needs a margin', async () => {
    expect((await plan()).pass).toBeNull()
    expect(await run(...service)).toContain('An equal canary never passes without a --margin.')
  })

  it('knows margins and regressions as factors', async () => {
    const { margin, errors } = await plan('--margin', '1.5x', '--detect', '3x')
    expect(margin).toEqual({ relative: 0.5 })
    expect(errors.canary).toBeCloseTo(0.03, 12)
  })

  it('gives the rest of the traffic to a stable baseline', async () => {
    const { requestsPerInterval, fail } = await plan('--baseline', 'stable')
    expect(requestsPerInterval).toEqual({ baseline: 4500, canary: 500 })
    expect(fail.median).toBeLessThan((await plan()).fail.median)
  })

  it('takes longer for less traffic, smaller regressions, smaller errors and more metrics', async () => {
    const { fail } = await plan()
    for (const harder of [
      ['--requests', '50'],
      ['--detect', '1.5%'],
      ['--false-alarm', '0.01%'],
      ['--metrics', '50'],
      ['--weight', '1%'],
    ])
      expect((await plan(...harder)).fail.median).toBeGreaterThan(fail.median)
  })

  it('says never when it is never', async () => {
    const { pass } = await plan('--errors', '50%', '--detect', '60%', '--margin', '0.1%')
    expect(pass).toEqual({ median: null, nineOfTen: null })
    expect(await run(...service, '--errors', '50%', '--detect', '60%', '--margin', '0.1%')).toContain(
      'The margin is too small',
    )
  })

  it.each([
    [
      ['--errors', '1%', '--weight', '5%', '--detect', '2%'],
      '--requests is needed: a number of requests a second above 0',
    ],
    [['--requests', '5'], '--errors is needed: a percentage such as 1%'],
    [[...service, '--requests', '-1'], '--requests -1 must be a number of requests a second above 0'],
    [[...service, '--requests', 'many'], '--requests many must be'],
    [[...service, '--errors', '0.01'], '--errors 0.01 must be a percentage such as 1%'],
    [[...service, '--errors', '101%'], '--errors 101% is more than all of it'],
    [[...service, '--weight', '0%'], '--weight 0% must be above 0% and below 100%'],
    [[...service, '--weight', '60%'], 'at most 50%'],
    [[...service, '--baseline', 'old'], '--baseline old is unknown; known are fresh and stable'],
    [[...service, '--detect', '1%'], '--detect 1% is no more than the 1% of --errors'],
    [[...service, '--detect', 'big'], '--detect big must be a share such as 2%, or a factor such as 2x'],
    [[...service, '--detect', '200x'], 'is more than all requests'],
    [[...service, '--margin', '1x'], '--margin 1x must be above 1x'],
    [[...service, '--margin', '0%'], '--margin 0% must be above 0% and below 100%'],
    [[...service, '--false-alarm', '60%'], '--false-alarm 60% must be above 0% and at most 50%'],
    [[...service, '--false-pass', '0%'], '--false-pass 0% must be above 0% and at most 50%'],
    [[...service, '--interval', '10'], '--interval 10 must be a duration such as 10s'],
    [[...service, '--metrics', '0'], '--metrics 0 must be a number above 0'],
  ])('refuses %j', async (args, message) => {
    const failure = await run(...args).catch(error => error)
    expect(failure).toBeInstanceOf(CliError)
    expect(failure.exitCode).toBe(exitCodes.invalid)
    expect(failure.message).toContain(message)
  })
})
