import { createServer } from 'node:http'

/** The shop's checkout, as small as it gets: answers orders, tells its version, ends when asked to. */
export function serve({ version, answer }) {
  const server = createServer((request, response) => {
    response.setHeader('x-version', version)
    if (request.url === '/healthz') return response.end('ok\n')
    return answer(request, response)
  })
  server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1')
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
  })
}

export function ok(response, body) {
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify(body)}\n`)
}
