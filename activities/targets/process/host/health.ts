import { request } from 'node:http'

/** Asks an instance once. Null when it answered 2xx, else what was wrong, in words. */
export function probe(port: number, path: string, timeout: number): Promise<string | null> {
  return new Promise(resolve => {
    const headers = { 'user-agent': 'slipway-health', connection: 'close' }
    const asking = request({ host: '127.0.0.1', port, path, agent: false, headers }, answer => {
      answer.resume()
      answer.on('error', () => {})
      const status = answer.statusCode ?? 0
      resolve(status >= 200 && status < 300 ? null : `answered ${status} on ${path}`)
      asking.destroy()
    })
    const timer = setTimeout(() => asking.destroy(new Error(`did not answer on ${path} within ${timeout} ms`)), timeout)
    asking.on('close', () => clearTimeout(timer))
    asking.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? `does not listen on its port ${port}` : error.message),
    )
    asking.end()
  })
}
