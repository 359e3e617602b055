import { parseImage, repositoryOf } from '../../pipeline/image-reference.ts'
import type { ImageRegistry } from '../../pipeline/schema/configuration/registries.ts'
import { NotFound, Refused, Unavailable } from '../failures.ts'
import { type Answer, type GuardedClient, guardedClient } from '../http/client.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { challengeOf } from './challenge.ts'

/** The registries of the configuration, by their HTTP API (OCI distribution). */
export interface Registries {
  /** Whether one of them has it. */
  know(image: string): boolean
  /**
   * The digest its tag has now; of an image for several platforms that of their list. `NotFound`: there is no such image;
   * `Unavailable`: its registry does not answer.
   */
  digestOf(image: string, signal: AbortSignal): Promise<string>
}

/** Without any, tags stay tags. */
export const noRegistries: Registries = {
  know: () => false,
  digestOf: async image => {
    throw new NotFound(`no registry has ${image}`)
  },
}

const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const digest = /^sha256:[0-9a-f]{64}$/

export function openRegistries(configuration: Readonly<Record<string, ImageRegistry>>, secrets: Secrets): Registries {
  const byHost = new Map(
    Object.entries(configuration).map(([name, registry]) => [hostOf(registry), { name, registry }]),
  )

  return {
    know: image => byHost.has(repositoryOf(image).host),
    async digestOf(image, signal) {
      const { host, repository } = repositoryOf(image)
      const { name, registry } = byHost.get(host)!
      const { tag } = parseImage(image)
      const url = `/v2/${repository}/manifests/${tag ?? 'latest'}`
      const answer = await asked({ name, registry, secrets }, url, signal)
      if (answer.status === 404) throw new NotFound(`registry ${name} has no image ${image}; was it pushed?`)
      if (answer.status === 401 || answer.status === 403)
        throw new Refused(
          `registry ${name} does not let us read ${image} (${answer.status}); see its user and password`,
        )
      const found = answer.headers['docker-content-digest'] ?? ''
      if (answer.status === 200 && digest.test(found)) return found
      throw new Unavailable(`registry ${name} answered ${answer.status} when asked for ${image}`)
    },
  }
}

/** Docker Hub's API is elsewhere than its images say. */
function hostOf({ url }: ImageRegistry): string {
  const { host } = new URL(url)
  return ['registry-1.docker.io', 'index.docker.io'].includes(host) ? 'docker.io' : host
}

interface Opened {
  name: string
  registry: ImageRegistry
  secrets: Secrets
}

/** As registries want it: first without, then with what their challenge asks for. */
async function asked(opened: Opened, url: string, signal: AbortSignal): Promise<Answer> {
  const client = await clientFor(opened, opened.registry.url)
  try {
    const ask = (credentials: Record<string, string>) =>
      client.send({ method: 'HEAD', url, headers: { accept: manifests }, credentials }, signal)
    const answer = await ask({})
    const challenge = answer.status === 401 ? challengeOf(answer.headers['www-authenticate'] ?? '') : null
    if (challenge === null) return answer
    if (challenge.scheme === 'basic') return await ask(await basic(opened))
    return await ask({ authorization: `Bearer ${await tokenOf(opened, challenge, signal)}` })
  } finally {
    await client.close()
  }
}

/** The token's place may be another origin, which the configuration must list in `hosts`; it gets the password. */
async function tokenOf(
  opened: Opened,
  { realm, query }: { realm: string; query: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<string> {
  const { name, registry } = opened
  const place = new URL(realm)
  if (place.origin !== new URL(registry.url).origin && !registry.hosts.includes(place.origin))
    throw new Refused(
      `registry ${name} wants a token of ${place.origin}; add it to its "hosts" to let it have the password`,
    )
  for (const [key, value] of Object.entries(query)) place.searchParams.set(key, value)
  const client = await clientFor(opened, place.origin)
  try {
    const url = `${place.pathname}${place.search}`
    const answer = await client.send({ method: 'GET', url, credentials: await basic(opened) }, signal)
    if (answer.status !== 200)
      throw new Refused(`registry ${name} gives us no token (${answer.status}); see its user and password`)
    const { token, access_token: other } = JSON.parse(answer.body)
    return token ?? other
  } finally {
    await client.close()
  }
}

async function basic({ registry: { user, password }, secrets }: Opened): Promise<Record<string, string>> {
  if (user === undefined || password === undefined) return {}
  const pair = `${user}:${await secrets.resolve(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const largest = 64 * 1024

async function clientFor({ name, registry, secrets }: Opened, url: string): Promise<GuardedClient> {
  const { hosts, addresses, timeout, ca } = registry
  const tls = ca === undefined ? {} : { tls: { ca: await secrets.resolve(ca) } }
  const base = new URL(url)
  return guardedClient({
    name: `registry ${name}`,
    base,
    hosts,
    addresses,
    timeout,
    largest,
    hide: secrets.hide,
    ...tls,
  })
}
