import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../activities/processes/ports.ts'

/** A real registry of images (CNCF Distribution) on loopback. */
export interface TestRegistry {
  url: string
  host: string
  /** Lets a tag be another image; resolves with its digest. */
  push(repository: string, tag: string, content: string): Promise<string>
  stop(): Promise<void>
}

export async function startRegistry(
  binary: string,
  login?: { htpasswd: string; authorization: string },
): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const url = `http://${host}`
  const auth = login === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }
  if (login !== undefined) writeFileSync(join(folder, 'htpasswd'), login.htpasswd)
  const configuration = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: host },
    ...auth,
  }
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(configuration))
  const child = spawn(binary, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const headers: Record<string, string> = login === undefined ? {} : { authorization: login.authorization }
  await answers(child, url, headers)

  async function send(method: string, path: string, body: string, type: string): Promise<Response> {
    const answer = await fetch(new URL(path, url), { method, body, headers: { ...headers, 'content-type': type } })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }

  async function upload(repository: string, blob: string): Promise<{ digest: string; size: number }> {
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`
    const begun = await send('POST', `/v2/${repository}/blobs/uploads/`, '', 'application/octet-stream')
    const place = new URL(begun.headers.get('location')!, url)
    place.searchParams.set('digest', digest)
    await send('PUT', place.href, blob, 'application/octet-stream')
    return { digest, size: Buffer.byteLength(blob) }
  }

  return {
    url,
    host,
    async push(repository, tag, content) {
      const config = await upload(repository, JSON.stringify({ architecture: 'amd64', os: 'linux', content }))
      const type = 'application/vnd.oci.image.manifest.v1+json'
      const described = { mediaType: 'application/vnd.oci.image.config.v1+json', ...config }
      const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config: described, layers: [] })
      const answer = await send('PUT', `/v2/${repository}/manifests/${tag}`, manifest, type)
      return answer.headers.get('docker-content-digest')!
    },
    async stop() {
      const gone = new Promise(resolve => child.once('exit', resolve))
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await gone
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(child: ChildProcess, url: string, headers: Record<string, string>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const ok = await fetch(`${url}/v2/`, { headers }).then(
      answer => answer.ok,
      () => false,
    )
    if (ok) return
    if (child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error('the registry did not start')
}
