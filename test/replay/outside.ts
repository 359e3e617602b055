import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StageResources } from '../../activities/stage-activities.ts'
import type { JobResult, Jobs } from '../../activities/targets/jobs.ts'
import { connection } from '../../pipeline/schema/configuration/connections.ts'

/** What the stages of recorded runs meet outside: a service that answers over loopback, jobs and pipelines in memory. */
export async function startOutside(): Promise<{ resources: StageResources; stop(): void }> {
  let builds = 0
  let refused = 0
  const server = createServer((request, response) => {
    request.resume()
    const { method, url = '' } = request
    // A gate that says no once.
    if (url === '/gates/once') response.writeHead(refused++ === 0 ? 403 : 200).end('{"reason":"not yet"}')
    else if (method === 'POST') response.writeHead(201).end('{"id":7}')
    else response.end(JSON.stringify({ state: builds++ === 0 ? 'RUNNING' : 'DONE' }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const addresses = ['127.0.0.1/32']
  return {
    resources: {
      jobs: { eu: memoryJobs() },
      connections: {
        ci: connection.parse({ type: 'http', url, addresses }),
        chat: connection.parse({ type: 'slack', url: `${url}/chat`, addresses }),
      },
      pipelines: {
        start: async ({ pipeline }) => ({ execution: `${pipeline}-1`, refused: null }),
        ended: async () => ({ status: 'succeeded', reason: null }),
        cancel: async () => {},
      },
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A job ends at once, but a load when it is ended. */
function memoryJobs(): Jobs {
  const ended = new Map<string, () => void>()
  const result = (log: string): JobResult => ({ exitCode: 0, reason: null, log, lastLines: ['done'] })
  return {
    async run({ command = [] }, { id, signal }) {
      if (command[0] !== 'load') return result(id)
      return new Promise((resolve, reject) => {
        ended.set(id, () => resolve(result(id)))
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
    end: async id => ended.get(id)?.(),
    log: async () => 'done\n',
  }
}
