import type { RouterConfiguration, RouterType } from './schema/configuration/kubernetes-target.ts'

/** What a router can do; what it cannot is refused when a pipeline is read. */
export interface RouterCapabilities {
  /** `many`: any clusters at once. `two`: stable and one other, so no fresh baseline beside a canary. */
  splits: 'many' | 'two'
  /** `exact`: any share. `pods`: only as exact as numbers of pods allow. */
  shares: 'exact' | 'pods'
  /** Whether a header can choose the cluster. */
  header: boolean
  /** Whether a cookie can keep a client on the cluster it has met. */
  cookie: boolean
  /** Whether the canary can get copies of requests. */
  mirror: boolean
}

export const routerCapabilities = {
  replicas: { splits: 'many', shares: 'pods', header: false, cookie: false, mirror: false },
  'gateway-api': { splits: 'many', shares: 'exact', header: true, cookie: true, mirror: true },
  istio: { splits: 'many', shares: 'exact', header: true, cookie: true, mirror: true },
  nginx: { splits: 'two', shares: 'exact', header: true, cookie: true, mirror: false },
} as const satisfies Record<RouterType, RouterCapabilities>

/** Gateways differ in what they can, so there it has to be said. */
export function canMirror(router: RouterConfiguration): boolean {
  return router.type === 'gateway-api' ? router.mirror === true : routerCapabilities[router.type].mirror
}
