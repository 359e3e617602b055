import type { PushedImage } from '../triggers/happened.ts'
import { listAt, textAt } from './payload.ts'

/** The images that were pushed, as a Docker registry, Harbor or GHCR tells it. */
export function imagesOf(event: string, payload: unknown): PushedImage[] {
  return [...fromDocker(payload), ...fromHarbor(payload), ...fromGitHub(event, payload)].filter(
    ({ repository, tag, digest }) => repository !== '' && (tag !== '' || digest !== ''),
  )
}

/** https://distribution.github.io/distribution/about/notifications: a batch of events. */
function fromDocker(payload: unknown): PushedImage[] {
  return listAt(payload, 'events')
    .filter(event => textAt(event, 'action') === 'push')
    .map(event => {
      const host = textAt(event, 'request', 'host')
      return image(
        textAt(event, 'target', 'repository'),
        textAt(event, 'target', 'tag'),
        textAt(event, 'target', 'digest'),
        host,
      )
    })
}

/** Harbor's own format, `PUSH_ARTIFACT`. */
function fromHarbor(payload: unknown): PushedImage[] {
  if (textAt(payload, 'type') !== 'PUSH_ARTIFACT') return []
  const repository = textAt(payload, 'event_data', 'repository', 'repo_full_name')
  return listAt(payload, 'event_data', 'resources').map(resource => {
    const host = /^([^/]+)\//.exec(textAt(resource, 'resource_url'))?.[1] ?? ''
    return image(repository, textAt(resource, 'tag'), textAt(resource, 'digest'), host)
  })
}

/** GitHub's `package` and `registry_package` events of container images. */
function fromGitHub(event: string, payload: unknown): PushedImage[] {
  if (event !== 'package' && event !== 'registry_package') return []
  if (!['published', 'updated'].includes(textAt(payload, 'action'))) return []
  const key = event === 'package' ? 'package' : 'registry_package'
  if (textAt(payload, key, 'package_type').toLowerCase() !== 'container') return []
  const repository = `${textAt(payload, key, 'namespace') || textAt(payload, key, 'owner', 'login')}/${textAt(payload, key, 'name')}`
  const tag = ['package_version', 'container_metadata', 'tag'] as const
  const one = image(
    repository.toLowerCase(),
    textAt(payload, key, ...tag, 'name'),
    textAt(payload, key, ...tag, 'digest'),
    'ghcr.io',
  )
  return [one]
}

function image(repository: string, tag: string, digest: string, host: string): PushedImage {
  const where = host === '' ? repository : `${host}/${repository}`
  return { repository, tag, digest, name: tag === '' ? `${where}@${digest}` : `${where}:${tag}` }
}
