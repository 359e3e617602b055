import { Agent, type IncomingMessage, request } from 'node:http'

export interface LoadReport {
  sent: number
  /** What went wrong, by kind; empty when nothing was lost. */
  lost: Record<string, number>
  versions: Record<string, number>
}

/**
 * Clients that ask one after the other, over connections they keep, until stopped; one request in three is a POST with
 * a body, which may be sent only once. An answer is good when it is 200 and whole.
 */
export function load(url: string, clients: number): { stop(): Promise<LoadReport> } {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const report: LoadReport = { sent: 0, lost: {}, versions: {} }
  let running = true
  const work = Array.from({ length: clients }, async (_, client) => {
    for (let turn = client; running; turn++) {
      report.sent++
      try {
        const post = turn % 3 === 0
        const text = await (post ? ask(url, '/echo', agent, 'x'.repeat(2_000)) : ask(url, '/who', agent))
        if (post && text.length !== 2_000) throw new Error('echo is not whole')
        const version = post ? 'echo' : (JSON.parse(text) as { version: string }).version
        report.versions[version] = (report.versions[version] ?? 0) + 1
      } catch (error) {
        const kind = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
        report.lost[kind] = (report.lost[kind] ?? 0) + 1
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
  })
  return {
    async stop() {
      running = false
      await Promise.all(work)
      agent.destroy()
      return report
    },
  }
}

async function ask(url: string, path: string, agent: Agent, body?: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(url + path, { agent, method: body === undefined ? 'GET' : 'POST' }, resolve)
    asking.setTimeout(15_000, () => asking.destroy(new Error('no answer within 15 s')))
    asking.on('error', reject)
    asking.end(body)
  })
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) text += chunk
  if (response.statusCode === 200) return text
  throw new Error(`status ${response.statusCode}: ${text.trim()}`)
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
