import { expect, it } from 'vitest'
import type { Release } from '../pipeline/release.ts'
import { deployStage } from '../test/fakes/pipelines.ts'
import { imagesOf, type Pins, withPins } from './pins.ts'

const image = 'registry.test/shop:1'
const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const stage = (release: Pick<Release, 'version' | 'image' | 'digest'>) => deployStage('a', { release })

it('what one stage was told holds for all of the run', () => {
  const pins: Pins = {}
  const first = { outcome: 'run', stage: stage({ version: '1', image }), pins: { [image]: digest('a') } } as const
  expect(withPins(first, pins)).toMatchObject({ stage: { release: { image, digest: digest('a') } } })
  const later = { ...first, pins: { [image]: digest('b') } }
  expect(withPins(later, pins)).toMatchObject({ stage: { release: { digest: digest('a') } } })
  expect(pins).toEqual({ [image]: digest('a') })
})

it('a release with a digest keeps it, and what is not run is left alone', () => {
  const pins = { [image]: digest('a') }
  const given = { outcome: 'run', stage: stage({ version: '1', image, digest: digest('c') }) } as const
  expect(withPins(given, pins)).toEqual(given)
  expect(withPins({ outcome: 'skip', reason: 'no' }, pins)).toEqual({ outcome: 'skip', reason: 'no' })
})

it('images without a digest are told once', () => {
  const stages = [
    stage({ version: '1', image }),
    stage({ version: '2', image }),
    stage({ version: '3', image: 'x', digest: digest('c') }),
  ]
  expect(imagesOf(stages)).toEqual([image])
})
