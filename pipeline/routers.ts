import type { RouterType } from './schema/configuration/kubernetes-target.ts'

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
}

export const routerCapabilities = {
  replicas: { splits: 'many', shares: 'pods', header: false, cookie: false },
  'gateway-api': { splits: 'many', shares: 'exact', header: true, cookie: true },
  istio: { splits: 'many', shares: 'exact', header: true, cookie: true },
  nginx: { splits: 'two', shares: 'exact', header: true, cookie: true },
} as const satisfies Record<RouterType, RouterCapabilities>
