import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import type { KubernetesConnection } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { Invalid, Unavailable } from '../../failures.ts'

/** Where an API server is, and as whom we talk to it. */
export interface Connection {
  /** The server's address, TLS, and the header that says who we are; tokens are read again when they have expired. */
  open(): Promise<{ server: string; options: RequestOptions }>
  /** Reads the credentials again from where they come from; after the server refused them. */
  refresh(): void
}

export function openConnection(name: string, configuration: KubernetesConnection): Connection {
  let loaded: Promise<KubeConfig> | null = null

  return {
    async open() {
      loaded ??= read(name, configuration)
      const config = await loaded
      const options: RequestOptions = {}
      await config.applyToHTTPSOptions(options).catch(error => {
        throw new Unavailable(`target ${name}: there are no credentials for its cluster: ${error.message}`)
      })
      return { server: config.getCurrentCluster()!.server.replace(/\/+$/, ''), options }
    },
    refresh() {
      loaded = null
    },
  }
}

async function read(name: string, configuration: KubernetesConnection): Promise<KubeConfig> {
  // Seconds to load, so only where there is a cluster.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    if ('inCluster' in configuration) config.loadFromCluster()
    else if ('server' in configuration) config.loadFromOptions(tokenOptions(configuration))
    else loadFile(config, configuration)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Invalid(`target ${name}: its connection cannot be used: ${reason}`)
  }
  if (config.getCurrentCluster() !== null) return config
  const contexts = config.getContexts().map(context => context.name)
  throw new Invalid(
    `target ${name}: there is no cluster for context "${config.getCurrentContext()}"; known are ${contexts.join(', ') || 'none'}`,
  )
}

function loadFile(config: KubeConfig, { kubeconfig, context }: { kubeconfig: string; context?: string }): void {
  config.loadFromFile(kubeconfig)
  if (context !== undefined) config.setCurrentContext(context)
}

function tokenOptions({ server, tokenFile, caFile }: { server: string; tokenFile: string; caFile?: string }) {
  const authProvider = { name: 'tokenFile', config: { tokenFile } }
  return {
    clusters: [{ name: 'given', server, ...(caFile === undefined ? {} : { caFile }) }],
    users: [{ name: 'given', authProvider }],
    contexts: [{ name: 'given', cluster: 'given', user: 'given' }],
    currentContext: 'given',
  }
}
