import { Agent, createServer } from 'node:http'
import httpProxy from 'http-proxy-3'

// The library alone, with one target and connections kept alive: PORT is where it listens, TARGET where it goes.
const agent = new Agent({ keepAlive: true })
const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${process.env.TARGET}`, agent })
proxy.on('error', () => {})
createServer((request, response) => proxy.web(request, response, {})).listen(Number(process.env.PORT), '127.0.0.1')
