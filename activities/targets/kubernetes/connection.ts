import { readFile } from 'node:fs/promises'
import { Agent, type RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import type { KubernetesConnection } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { Invalid, Unavailable } from '../../failures.ts'
import { connectionOfPod, type PodAccount, podAccount } from './pod-account.ts'

/** Where an API server is, and as whom we talk to it. */
export interface Connection {
  /** What it is called in the configuration, where it has a name there. */
  name?: string | undefined
  /** The server's address, TLS, and the header that says who we are; tokens are read again when they have expired. */
  open(): Promise<{ server: string; options: RequestOptions }>
  /** Reads the credentials again from where they come from; after the server refused them. */
  refresh(): void
}

/** `pod`: where a connection `inCluster` finds its account. */
export function openConnection(name: string, given: KubernetesConnection, pod: PodAccount = podAccount()): Connection {
  const configuration = 'inCluster' in given ? connectionOfPod(pod) : given
  const called = `target ${name}: its connection${given.name === undefined ? '' : ` "${given.name}"`}`
  let loaded: Promise<KubeConfig> | null = null

  async function credentials(config: KubeConfig): Promise<RequestOptions> {
    const options: RequestOptions = {}
    await inTime(config.applyToHTTPSOptions(options))
    if (configuration !== null && 'tokenFile' in configuration) {
      const token = await readFile(configuration.tokenFile, 'utf8')
      options.headers = { ...options.headers, Authorization: `Bearer ${token.trim()}` }
    }
    // Else each request begins with a handshake.
    if (options.agent instanceof Agent) Object.assign(options.agent, { keepAlive: true })
    return options
  }

  return {
    name: given.name,
    async open() {
      loaded ??= read(called, configuration).catch(error => {
        loaded = null
        throw error
      })
      const config = await loaded
      const options = await credentials(config).catch(error => {
        throw new Unavailable(`${called} has no credentials: ${error.message}`)
      })
      return { server: config.getCurrentCluster()!.server.replace(/\/+$/, ''), options }
    },
    refresh() {
      loaded = null
    },
  }
}

/** Milliseconds that a program may take to give credentials. */
const patience = 30_000

function inTime(given: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new Error(`what gives them did not answer within ${patience / 1_000} s`))
    const timer = setTimeout(tooLate, patience).unref()
    given.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

type ByFiles = Exclude<KubernetesConnection, { inCluster: true }>

async function read(called: string, configuration: ByFiles | null): Promise<KubeConfig> {
  if (configuration === null)
    throw new Invalid(
      `${called} is "inCluster", and KUBERNETES_SERVICE_HOST is not set: Slipway does not run in a pod; use a kubeconfig`,
    )
  // Seconds to load, so only where there is a cluster.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    if ('server' in configuration) config.loadFromOptions(tokenOptions(configuration))
    else loadFile(config, configuration)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // Perhaps it is only being replaced.
    throw new Unavailable(`${called} cannot be used: ${reason}`)
  }
  if (config.getCurrentCluster() !== null) return config
  const contexts = config.getContexts().map(context => context.name)
  throw new Invalid(
    `${called} has no cluster for context "${config.getCurrentContext()}"; known are ${contexts.join(', ') || 'none'}`,
  )
}

function loadFile(config: KubeConfig, { kubeconfig, context }: { kubeconfig: string; context?: string }): void {
  config.loadFromFile(kubeconfig)
  if (context !== undefined) config.setCurrentContext(context)
}

/** Without the token, which is read at each request: it may be another one by then. */
function tokenOptions({ server, caFile }: { server: string; caFile?: string }) {
  return {
    clusters: [{ name: 'given', server, ...(caFile === undefined ? {} : { caFile }) }],
    users: [{ name: 'given' }],
    contexts: [{ name: 'given', cluster: 'given', user: 'given' }],
    currentContext: 'given',
  }
}
