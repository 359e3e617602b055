import { isIPv6 } from 'node:net'
import { join } from 'node:path'

/** Where Kubernetes tells a pod of the API server, and who the pod is. */
export interface PodAccount {
  host: string | undefined
  port: string | undefined
  /** Holds `token` and `ca.crt`, which are replaced before they run out. */
  folder: string
}

export function podAccount(): PodAccount {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env
  return { host, port, folder: '/var/run/secrets/kubernetes.io/serviceaccount' }
}

/** As a connection by files; null: this is no pod. */
export function connectionOfPod({ host, port, folder }: PodAccount) {
  if (!host) return null
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port ?? '443'}`
  return { server, tokenFile: join(folder, 'token'), caFile: join(folder, 'ca.crt') }
}
