import { describe, expect, it } from 'vitest'
import { isImage, parseImage } from '../../../pipeline/image-reference.ts'
import { type ImagePlace, withImage } from './manifest-image.ts'

const place: ImagePlace = { file: 'shop.yaml', deployment: 'checkout', namespace: 'shop' }
const digest = `sha256:${'a'.repeat(64)}`
const wanted = 'registry.test:5000/shop/checkout:1.10.0'

const manifests = `# What a team has.
apiVersion: v1
kind: Service
metadata: { name: checkout }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
spec: { template: { spec: { containers: [{ name: app, image: other:1 }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout   # ours
spec:
  template:
    spec:
      containers:
        - name: proxy
          image: "envoy:1"
        - name: app
          image: registry.test:5000/shop/checkout:1.9.0 # the one
`

describe('the image in a file of a repository', () => {
  it('is changed in the Deployment, and nothing else is', () => {
    const changed = withImage(manifests, { ...place, container: 'app' }, wanted)
    expect(changed).toBe(manifests.replace('checkout:1.9.0 #', 'checkout:1.10.0 #'))
    expect(withImage(manifests, place, wanted)).toBe(manifests.replace('"envoy:1"', `"${wanted}"`))
    expect(withImage(changed, { ...place, container: 'app' }, wanted)).toBe(changed)
  })

  it('is changed in a Kustomization, by name or by new name', () => {
    const text =
      'kind: Kustomization\nimages:\n  - name: checkout # ours\n    newName: registry.test:5000/shop/checkout\n    newTag: 1.9.0\n'
    expect(withImage(text, place, `${wanted}@${digest}`)).toBe(
      text.replace('newTag: 1.9.0\n', `newTag: 1.10.0\n    digest: ${digest}\n`),
    )
    expect(() => withImage(text, place, 'registry.test/cart:1')).toThrow(/do not name registry.test\/cart; add it/)
  })

  it('is changed where values say it, as a whole or by its tag', () => {
    const values = 'web:\n  image: { repository: registry.test/shop, tag: 1.9 }\n  full: a:1\n'
    expect(withImage(values, { ...place, tag: 'web.image.tag' }, 'registry.test/shop:1.10')).toBe(
      values.replace('tag: 1.9 ', "tag: '1.10' "),
    )
    expect(withImage(values, { ...place, image: 'web.full' }, wanted)).toBe(values.replace('a:1', wanted))
    expect(() => withImage(values, { ...place, tag: 'web.tag' }, wanted)).toThrow(/has nothing at web.tag/)
  })

  it('is asked for where a file does not say it', () => {
    expect(() => withImage('a: 1\n', place, wanted)).toThrow(
      /neither Deployment "checkout" nor a Kustomization; say where/,
    )
    expect(() => withImage('a: [', place, wanted)).toThrow(/shop.yaml is no YAML/)
    expect(() => withImage('', place, wanted)).toThrow(/shop.yaml/)
  })
})

describe('an image', () => {
  it('has a name, a tag and a digest', () => {
    expect(parseImage(`${wanted}@${digest}`)).toEqual({
      name: 'registry.test:5000/shop/checkout',
      tag: '1.10.0',
      digest,
    })
    expect(parseImage('registry.test:5000/shop')).toEqual({ name: 'registry.test:5000/shop', tag: null, digest: null })
  })

  it('is the same by its digest, or by name and tag', () => {
    expect(isImage(`registry.test/shop@${digest}`, `registry.test/shop:1@${digest}`)).toBe(true)
    expect(isImage('registry.test/shop', 'registry.test/shop:latest')).toBe(true)
    expect(isImage('registry.test/shop:1', 'registry.test/shop:2')).toBe(false)
    expect(isImage('registry.test/shop:1', `registry.test/shop:1@${digest}`)).toBe(true)
  })
})
