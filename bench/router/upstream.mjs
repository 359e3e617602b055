import { createServer } from 'node:http'

// A release that does nothing: all that is measured is the way to it.
createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1')
