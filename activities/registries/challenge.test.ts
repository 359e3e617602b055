import { expect, it } from 'vitest'
import { repositoryOf } from '../../pipeline/image-reference.ts'
import { challengeOf } from './challenge.ts'

it('a registry says what it asks for before it answers', () => {
  expect(challengeOf('Basic realm="basic-realm"')).toEqual({ scheme: 'basic' })
  expect(
    challengeOf('Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"'),
  ).toEqual({
    scheme: 'bearer',
    realm: 'https://auth.docker.io/token',
    query: { service: 'registry.docker.io', scope: 'repository:a/b:pull' },
  })
  for (const other of ['', 'Negotiate', 'Bearer scope="x"', 'Bearer realm="nowhere"'])
    expect(challengeOf(other)).toBeNull()
})

it('an image says which registry has it', () => {
  expect(repositoryOf('registry.test:5000/shop/checkout:1')).toEqual({
    host: 'registry.test:5000',
    repository: 'shop/checkout',
  })
  expect(repositoryOf('localhost/shop')).toEqual({ host: 'localhost', repository: 'shop' })
  expect(repositoryOf('shop/checkout@sha256:abc')).toEqual({ host: 'docker.io', repository: 'shop/checkout' })
  expect(repositoryOf('nginx:1')).toEqual({ host: 'docker.io', repository: 'library/nginx' })
})
