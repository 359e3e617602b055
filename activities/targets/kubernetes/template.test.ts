import { describe, expect, it } from 'vitest'
import { kubernetesTarget } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { placeOf } from './place.ts'
import { foundRelease } from './release.ts'
import { forRole, imageOf, withRelease } from './template.ts'

const target = kubernetesTarget.parse({
  type: 'kubernetes',
  environment: 'test',
  namespace: 'shop',
  connection: { inCluster: true },
  services: { cart: { container: 'app' } },
})
const place = placeOf('prod', target, 'cart')

const template = {
  metadata: { labels: { app: 'cart', team: 'shop' } },
  spec: {
    containers: [
      { name: 'sidecar', image: 'proxy:1', envFrom: [{ configMapRef: { name: 'colours' } }] },
      {
        name: 'app',
        image: 'cart:1',
        env: [
          { name: 'OWN', value: 'kept' },
          { name: 'OLD', value: 'of 1' },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys-0123456789', key: 'a' } } },
        ],
      },
    ],
    volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'colours' } }] } }],
  },
}

describe('a pod template', () => {
  it('gets another release in the container that is meant, and nowhere else', () => {
    const before = { version: '1', image: 'cart:1', env: { OLD: 'of 1' } }
    const release = { version: '2', image: 'cart:2', env: { NEW: 'of 2' } }
    const changed = withRelease(place, template, { before, release, copies: {} })
    expect(changed.spec!.containers[0]).toEqual(template.spec.containers[0])
    expect(changed.spec!.containers[1]).toMatchObject({
      image: 'cart:2',
      env: [{ name: 'OWN', value: 'kept' }, { name: 'KEY' }, { name: 'NEW', value: 'of 2' }],
    })
    expect(template.spec.containers[1]!.image).toBe('cart:1')
  })

  it('refers to copies of configuration wherever it referred to it, or to an earlier copy', () => {
    const release = { version: '2', image: 'cart:2' }
    const copies = { colours: 'colours-aaaaaaaaaa', keys: 'keys-bbbbbbbbbb' }
    const changed = withRelease(place, template, { before: null, release, copies })
    const text = JSON.stringify(changed)
    expect(text.match(/colours-aaaaaaaaaa/g)).toHaveLength(2)
    expect(text).toContain('keys-bbbbbbbbbb')
    expect(text).not.toContain('keys-0123456789')
  })

  it('is outside every selector of the stable one in another role', () => {
    const selectors = [{ app: 'cart' }]
    expect(forRole(place, template, { role: 'canary', selectors }).metadata?.labels).toEqual({
      team: 'shop',
      'slipway.dev/service': 'cart',
      'slipway.dev/role': 'canary',
    })
  })

  it('names what it does not have', () => {
    const other = { ...template, spec: { containers: [template.spec.containers[0]!] } }
    expect(() =>
      withRelease(place, other, { before: null, release: { version: '2', image: 'x' }, copies: {} }),
    ).toThrow('cart on prod: its Deployment has no container "app" (it has: sidecar)')
  })
})

describe('an image', () => {
  it('is pinned to its digest', () => {
    expect(imageOf(place, { version: '2', image: 'cart:2', digest: 'sha256:ab' })).toBe('cart:2@sha256:ab')
    expect(imageOf(place, { version: '2', image: 'cart@sha256:ab', digest: 'sha256:ab' })).toBe('cart@sha256:ab')
    expect(() => imageOf(place, { version: '2' })).toThrow('release 2 has no image')
  })

  it.each([
    ['cart:2', { version: '2', image: 'cart:2' }],
    ['registry.test:5000/shop/cart', { version: 'latest', image: 'registry.test:5000/shop/cart' }],
    ['cart:2@sha256:0123456789abcdef', { version: '2', image: 'cart:2', digest: 'sha256:0123456789abcdef' }],
    ['cart@sha256:0123456789abcdef', { version: '0123456789ab', image: 'cart', digest: 'sha256:0123456789abcdef' }],
  ])('%s tells its version', (image, release) => expect(foundRelease(image)).toEqual(release))
})
