import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'

// A release for tests: what it does is told by its environment (MODE) and by the path of a request.
const { MODE, PORT, HOST, SLIPWAY_VERSION: version, SLIPWAY_INSTANCE: instance, SLIPWAY_CLUSTER: cluster } = process.env

if (MODE === 'exit') {
  console.log('cannot find the database')
  console.error('\x1b[31mgiving up\x1b[0m')
  process.exit(3)
}

let healthy = MODE !== 'unhealthy'
const me = { version, instance, cluster, pid: process.pid }

const paths = {
  '/healthz': (_request, response) => response.writeHead(healthy ? 200 : 503).end(),
  '/who': (_request, response) => response.end(JSON.stringify(me)),
  '/environment': (_request, response) => response.end(JSON.stringify(process.env)),
  '/headers': (request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })),
  '/fail': (_request, response) => response.writeHead(500).end('no'),
  '/echo': (request, response) => request.pipe(response),
  '/sick': (_request, response) => {
    healthy = false
    response.end()
  },
  '/die': () => process.kill(process.pid, 'SIGKILL'),
  '/cut': async (_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half')
    await sleep(20)
    response.destroy()
  },
  '/reset': request => request.socket.destroy(),
  '/hang': () => {},
  '/slow': async (request, response) => {
    await sleep(Number(new URL(request.url, 'http://x').searchParams.get('ms')))
    response.end(JSON.stringify(me))
  },
  // Ends only when the request does: who waits for the whole answer before asking on waits for ever.
  '/drip': async (request, response) => {
    response.write('first')
    for await (const _ of request);
    response.end('last')
  },
  '/flood': (_request, response) => {
    let sent = 0
    const more = () => {
      while (sent < 64 * 1024 * 1024) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536))) return response.once('drain', more)
      }
      response.end()
    }
    more()
  },
  '/odd-status': request => request.socket.end('HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'),
  '/odd-reason': request => request.socket.end('HTTP/1.1 200 \x01odd\r\ncontent-length: 2\r\n\r\nok'),
  '/switch': request =>
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
}

const server = createServer((request, response) => {
  const handle = paths[request.url.split('?')[0]]
  if (handle) handle(request, response)
  else response.writeHead(404).end()
})

const sockets = new WebSocketServer({ server, path: '/socket' })
sockets.on('connection', socket => {
  socket.send(JSON.stringify(me))
  socket.on('message', message => socket.send(message.toString()))
})

process.on('SIGTERM', () => process.exit(0))
if (MODE === 'late') await sleep(300)
server.listen(Number(PORT), HOST, () => console.log(`version ${version} listens`))
