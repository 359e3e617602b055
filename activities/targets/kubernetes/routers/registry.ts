import type { RouterConfiguration, RouterType } from '../../../../pipeline/schema/configuration/kubernetes-target.ts'
import type { KubernetesApi } from '../api.ts'
import type { Place } from '../place.ts'
import type { Watches } from '../watch.ts'
import { gatewayApiRouter } from './gateway-api.ts'
import { istioRouter } from './istio.ts'
import { nginxRouter } from './nginx.ts'
import { replicasRouter } from './replicas.ts'
import type { Router, RouterContext } from './router.ts'

/** Every router the configuration knows, and how it is opened. */
const routers = {
  replicas: replicasRouter,
  'gateway-api': gatewayApiRouter,
  istio: istioRouter,
  nginx: nginxRouter,
} satisfies { [T in RouterType]: (context: RouterContext<T>) => Router }

export function openRouter(api: KubernetesApi, place: Place, watches: Watches): Router {
  const configuration: RouterConfiguration = place.settings.router
  const open = routers[configuration.type] as (context: RouterContext) => Router
  return open({ api, watches, place, configuration })
}
