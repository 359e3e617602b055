import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import ssh2 from 'ssh2'
import type { Certificates } from './certificates.ts'

/** A remote of git on this machine that wants to know who asks. */
export interface GitServer {
  port: number
  stop(): Promise<void>
}

export interface HttpsGitOptions {
  /** The repository; its parent is the root of the paths that are served. */
  repository: string
  certificates: Certificates
  /** `user:token` that is let in. */
  credentials: string
  /** Sees every request before it is answered. */
  onRequest?: (request: IncomingMessage) => void
}

/** What hosts do: TLS, Basic authentication, and git's own `http-backend` behind them. `/moved/…` redirects. */
export async function httpsGit(options: HttpsGitOptions): Promise<GitServer> {
  const { repository, certificates, credentials } = options
  const expected = `Basic ${Buffer.from(credentials).toString('base64')}`
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    options.onRequest?.(request)
    if (request.url!.startsWith('/moved/')) {
      response.writeHead(301, { location: request.url!.slice('/moved'.length) }).end()
      return
    }
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    backend(dirname(repository), request, response)
  }
  const server = createServer({ cert: readFileSync(certificates.cert), key: readFileSync(certificates.key) }, answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** `git http-backend` is a CGI program. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, 'https://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'test',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.on('close', () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    const headers = output
      .toString('latin1', 0, end)
      .split('\r\n')
      .map(line => line.split(': ') as [string, string])
    const status = headers.find(([name]) => name === 'Status')?.[1]
    response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10), Object.fromEntries(headers))
    response.end(output.subarray(end + 4))
  })
}

export interface SshGitOptions {
  repository: string
  /** Private key of the host, as text. */
  hostKey: string
  /** The public key that is let in, as `ssh-keygen` writes it. */
  publicKey: string
}

/** An SSH server that lets one key in and runs nothing but `git-upload-pack` of one repository. */
export async function sshGit({ repository, hostKey, publicKey }: SshGitOptions): Promise<GitServer> {
  const allowed = ssh2.utils.parseKey(publicKey)
  if (allowed instanceof Error) throw allowed
  const server = new ssh2.Server({ hostKeys: [hostKey] }, client => {
    client.on('error', () => {})
    client.on('authentication', context => {
      if (context.method !== 'publickey' || !allowed.getPublicSSH().equals(context.key.data)) {
        context.reject(['publickey'])
        return
      }
      const { blob, signature } = context
      if (blob === undefined || signature === undefined) context.accept()
      else if (allowed.verify(blob, signature, context.hashAlgo) === true) context.accept()
      else context.reject(['publickey'])
    })
    client.on('session', accept => {
      const session = accept()
      session.on('env', accepted => accepted?.())
      session.on('exec', (accepted, reject, { command }) => {
        if (command !== `git-upload-pack '${repository}'`) return void reject()
        const stream = accepted()
        const child = spawn('git-upload-pack', [repository], { stdio: ['pipe', 'pipe', 'ignore'] })
        stream.pipe(child.stdin)
        child.stdin.on('error', () => {})
        child.stdout.pipe(stream, { end: false })
        child.on('close', code => {
          stream.exit(code ?? 1)
          stream.end()
        })
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise(resolve => server.close(() => resolve())),
  }
}
