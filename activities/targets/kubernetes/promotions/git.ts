import type { V1Deployment } from '@kubernetes/client-node'
import { isImage } from '../../../../pipeline/image-reference.ts'
import { Refused } from '../../../failures.ts'
import { commitFile } from '../../../git/commit.ts'
import { noDeployment } from '../clusters.ts'
import { withImage } from '../manifest-image.ts'
import { edit, fenced } from '../objects.ts'
import { type Place, pathOf } from '../place.ts'
import { containerOf } from '../template.ts'
import { remembering } from './apply.ts'
import type { Promotion, PromotionContext, StableWrite } from './promotion.ts'

/** Milliseconds between two looks at a Deployment that somebody else has to change. */
const lookEvery = 1_000

/**
 * Commits the image to the repository that says what runs, and waits until whoever brings it to the cluster has done so.
 * Going back is a commit as well. Of the Deployment itself only annotations are written, once it has the image.
 */
export function gitPromotion({ work, configuration }: PromotionContext<'git'>): Promotion {
  const { api, watches, place, op, secrets } = work
  const { branch, file, author, within, image: at, tag, ...access } = configuration

  function imageOf({ template }: StableWrite, found: V1Deployment): string {
    return containerOf(place, template(found.spec!.template)).image!
  }

  async function commit({ release }: StableWrite, image: string): Promise<string> {
    const { container } = place.settings
    const { deployment, namespace, name } = place
    op.progress(`stable: committing ${image} to ${file}`)
    const { type: _, ...reached } = access
    return commitFile(
      {
        ...{ access: reached, branch, file, author },
        subject: plain(`${name}: ${release.version}`),
        trailers: { 'Slipway-Service': name, 'Slipway-Operation': plain(op.id), 'Slipway-Fence': String(op.fence) },
        change: (text, before) => {
          checkFence(place, op.fence, before)
          return withImage(text, { file, deployment, namespace, container, image: at, tag }, image)
        },
      },
      secrets,
    )
  }

  async function untilShown(image: string, commit: string): Promise<V1Deployment> {
    const began = performance.now()
    const check = (found: V1Deployment | null) => {
      if (found === null) throw noDeployment(place)
      const runs = containerOf(place, found.spec!.template).image ?? ''
      if (isImage(runs, image)) return found
      op.progress(`stable: waiting for commit ${commit.slice(0, 8)} to reach the cluster`)
      if (performance.now() - began < within) return undefined
      throw new Refused(
        `${place.name}: commit ${commit.slice(0, 8)} on ${branch} says ${image}, and after ${within / 1_000} s Deployment ${place.deployment} still has ${runs}; is the repository brought to the cluster?`,
      )
    }
    const options = { signal: op.signal, every: lookEvery }
    return watches.until<V1Deployment, V1Deployment>(pathOf(place, 'deployments'), place.deployment, check, options)
  }

  return {
    check(_, release) {
      const more = (['env', 'command', 'config'] as const).find(key => release[key] !== undefined)
      if (more === undefined) return
      throw new Refused(
        `${place.name}: a promotion by commit changes the image alone, and release ${release.version} has "${more}"; put it into ${file}`,
      )
    },
    async write(wanted) {
      const found = await api.get<V1Deployment>(pathOf(place, 'deployments', place.deployment))
      if (found === null) throw noDeployment(place)
      if (wanted.isThere(found)) return null
      if (found.spec!.replicas === 0)
        throw new Refused(`${place.name}: Deployment ${place.deployment} has "replicas: 0"; say more in the repository`)
      const image = imageOf(wanted, found)
      await untilShown(image, await commit(wanted, image))
      return edit<V1Deployment>(api, place, { kind: 'deployments', name: place.deployment }, now => {
        if (now === null) throw noDeployment(place)
        return fenced(place, remembering(place, now, wanted), op.fence)
      })
    },
    async scale(instances) {
      throw new Refused(
        `${place.name}: how many pods there are is said in ${access.repository}; write "replicas: ${instances}" there`,
      )
    },
  }
}

function checkFence(place: Place, fence: number, before: Readonly<Record<string, string>>): void {
  const seen = before['Slipway-Service'] === place.name ? Number(before['Slipway-Fence'] ?? 0) : 0
  if (seen <= fence) return
  throw new Refused(
    `${place.name}: fence ${fence} is lower than ${seen}, that of the last commit; another run holds the service now`,
  )
}

function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
