import { describe, expect, it } from 'vitest'
import type { Release } from '../pipeline/release.ts'
import { canaryStage, deployStage } from '../test/fakes/pipelines.ts'
import { NotFound, Unavailable } from './failures.ts'
import { pinImages } from './pin-images.ts'
import type { Registries } from './registries/registry.ts'
import type { Resolved, ResolveRequest } from './requests.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const signal = AbortSignal.timeout(10_000)
const own = 'r.test/shop:1'

function registries(tags: Readonly<Record<string, string>>, asked: string[] = []): Registries {
  return {
    know: image => image.startsWith('r.test/'),
    async digestOf(image) {
      asked.push(image)
      if (image.endsWith('away')) throw new Unavailable('the registry is away')
      if (tags[image] === undefined) throw new NotFound(`no image ${image}`)
      return tags[image]
    },
  }
}

const run = (release: Pick<Release, 'version' | 'image' | 'digest'>) =>
  ({ outcome: 'run', stage: deployStage('a', { release }) }) as Resolved
const request = (more: Partial<ResolveRequest> = {}) =>
  ({
    stage: canaryStage(),
    context: { parameters: { version: '2' }, stages: {}, trigger: {}, execution: {} },
    ...more,
  }) as unknown as ResolveRequest

describe('images of a run', () => {
  it('are all pinned by the first stage, as far as their names are known', async () => {
    const images = [own, 'r.test/cart:${{ parameters.version }}', '${{ stages.a.release.image }}', 'elsewhere/x:1']
    const tags = { [own]: digest('a'), 'r.test/cart:2': digest('b') }
    const resolved = await pinImages(run({ version: '1', image: own }), request({ images }), registries(tags), signal)
    expect(resolved).toMatchObject({ outcome: 'run', pins: tags })
  })

  it('are asked for once in a run, and not when they have a digest', async () => {
    const asked: string[] = []
    const pins = { [own]: digest('a') }
    await pinImages(run({ version: '1', image: own }), request({ images: [own], pins }), registries({}, asked), signal)
    const fixed = { version: '1', image: 'r.test/a:1', digest: digest('c') }
    await pinImages(run(fixed), request(), registries({}, asked), signal)
    await pinImages(run({ version: '1', image: `r.test/a:1@${digest('c')}` }), request(), registries({}, asked), signal)
    expect(asked).toEqual([])
  })

  it('fail their own stage when they are missing, and nobody else’s', async () => {
    const missing = await pinImages(run({ version: '1', image: own }), request(), registries({}), signal)
    expect(missing).toEqual({ outcome: 'failed', reason: `no image ${own}` })
    const other = request({ images: ['r.test/late:1'] })
    expect(
      await pinImages(run({ version: '1', image: own }), other, registries({ [own]: digest('a') }), signal),
    ).toMatchObject({ outcome: 'run', pins: { [own]: digest('a') } })
  })

  it('are waited for while their registry is away', async () => {
    const away = pinImages(run({ version: '1', image: 'r.test/a:away' }), request(), registries({}), signal)
    await expect(away).rejects.toMatchObject({ kind: 'Unavailable' })
  })
})
