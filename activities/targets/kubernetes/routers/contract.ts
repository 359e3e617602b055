import { describe, expect, it } from 'vitest'
import type { Role } from '../../../../pipeline/clusters.ts'
import type { RouterCapabilities } from '../../../../pipeline/routers.ts'
import type { Router } from './router.ts'

/** A router of a service whose clusters all have pods, four for stable and two for each other one. */
export interface RouterFixture {
  router: Router
  /** Where a request goes whose header asks for a cluster, which is allowed; for routers that can. */
  chosenBy(role: Role): Promise<Role | null>
}

/** A data plane follows its control plane by moments. */
const patient = { timeout: 30_000, interval: 100 }

/** What holds of everything that splits traffic between clusters. */
export function routerContract(
  name: string,
  { splits, shares, header, mirror }: RouterCapabilities,
  open: () => Promise<RouterFixture>,
): void {
  describe(`${name} as a router`, () => {
    const op = (fence = 1) => ({ fence, signal: AbortSignal.timeout(110_000) })

    it('does what it was told, and tells it', async () => {
      const { router } = await open()
      expect(await router.weights()).toEqual({ stable: 100 })
      await router.route({ stable: 75, canary: 25 }, op())
      expect(await router.weights()).toEqual({ stable: 75, canary: 25 })
      await router.route({ stable: 75, canary: 25 }, op())
      await router.route({ canary: 100 }, op())
      expect(await router.weights()).toEqual({ canary: 100 })
      await router.route({ stable: 100 }, op())
      expect(await router.weights()).toEqual({ stable: 100 })
      await router.route({ previous: 100 }, op())
      expect(await router.weights()).toEqual({ previous: 100 })
    })

    if (shares === 'exact')
      it('takes shares smaller than a percent', async () => {
        const { router } = await open()
        await router.route({ stable: 99.5, canary: 0.5 }, op())
        expect(await router.weights()).toEqual({ stable: 99.5, canary: 0.5 })
      })

    if (splits === 'many')
      it('splits between three', async () => {
        const { router } = await open()
        await router.route({ stable: 50, baseline: 25, canary: 25 }, op())
        expect(await router.weights()).toEqual({ stable: 50, baseline: 25, canary: 25 })
      })

    if (splits === 'two')
      it('refuses more than two, and says what to do', async () => {
        const { router } = await open()
        const refused = router.route({ stable: 50, baseline: 25, canary: 25 }, op())
        await expect(refused).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(/baseline: stable/),
        })
        expect(await router.weights()).toEqual({ stable: 100 })
      })

    if (header)
      it('lets a header choose a cluster while there is a choice, whatever its share', async () => {
        const { router, chosenBy } = await open()
        await router.route({ stable: 99, canary: 1 }, op())
        await expect.poll(() => chosenBy('canary'), patient).toBe('canary')
        expect(await router.weights()).toEqual({ stable: 99, canary: 1 })
        await router.route({ stable: 100 }, op())
        await expect.poll(() => chosenBy('canary'), patient).toBe('stable')
      })

    it('refuses a lower fence than it has seen', async () => {
      const { router } = await open()
      await router.route({ stable: 75, canary: 25 }, op(5))
      const late = router.route({ stable: 50, canary: 50 }, op(4))
      await expect(late).rejects.toMatchObject({ kind: 'Refused', message: expect.stringMatching(/4.*5/) })
      expect(await router.weights()).toEqual({ stable: 75, canary: 25 })
    })

    if (mirror)
      it('gives the canary copies of requests beside any share, tells it, and ends it when it is not told again', async () => {
        const { router } = await open()
        expect(await router.mirroring!.now()).toBe(0)
        await router.route({ stable: 100 }, { ...op(), mirror: 20 })
        expect([await router.weights(), await router.mirroring!.now()]).toEqual([{ stable: 100 }, 20])
        await router.route({ stable: 90, canary: 10 }, { ...op(), mirror: 0.5 })
        expect([await router.weights(), await router.mirroring!.now()]).toEqual([{ stable: 90, canary: 10 }, 0.5])
        await router.route({ stable: 90, canary: 10 }, op())
        expect(await router.mirroring!.now()).toBe(0)
      })
  })
}
