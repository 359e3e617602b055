import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { freePort } from '../activities/processes/ports.ts'
import { planted } from './page.ts'

/** Asks more often than a provider may fail in a row, at once, and goes on without an answer. */
const asking = `name: unmeasured
application: shop
stages:
${[1, 2, 3, 4, 5]
  .map(
    number => `  - id: ask-${number}
    type: verify
    needs: []
    target: local
    service: north
    timeout: 2s
    onFailure: continue
    checks: [{ kind: metric, name: m, provider: moody, query: up, below: 1, interval: 200ms }]
`,
  )
  .join('')}`

export interface MoodyMetrics {
  /** Adds the provider `moody`, and `unmeasured`, which asks it, to a copy of the fixtures `views`. */
  addTo(files: string): void
  close(): void
}

/** A provider of metrics that only fails, with words that a page must show as words. */
export async function startMoodyMetrics(): Promise<MoodyMetrics> {
  const port = await freePort()
  const server = createServer((_, response) => {
    response.writeHead(503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'error', errorType: 'internal', error: planted }))
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const metrics = `metrics:
  moody: { type: prometheus, url: 'http://127.0.0.1:${port}', addresses: [127.0.0.1/32] }
`
  return {
    addTo(files) {
      const configuration = join(files, 'views/slipway.yaml')
      writeFileSync(configuration, readFileSync(configuration, 'utf8') + metrics)
      writeFileSync(join(files, 'views/pipelines/unmeasured.yaml'), asking)
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
