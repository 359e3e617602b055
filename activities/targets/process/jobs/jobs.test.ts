import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTarget } from '../../../../pipeline/schema/configuration/process-target.ts'
import type { Jobs } from '../../jobs.ts'
import { canHide } from '../hide.ts'
import { hostLocation } from '../host/location.ts'
import { processJobs } from './jobs.ts'

let root: string
let data: string
let jobs: Jobs

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-jobs-'))
  data = join(root, 'data')
  mkdirSync(data)
  const service = { directory: root }
  const target = processTarget.parse({ type: 'process', environment: 'test', services: { shop: service } })
  jobs = processJobs('eu', target, data)
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

const op = (id: string, signal = new AbortController().signal) => ({ id, signal, progress: () => {} })
const node = (script: string, env = {}) => ({ service: 'shop', command: [process.execPath, '-e', script], env })

describe('a job on the process target', () => {
  it('runs to its end, with its exit code and what it printed', async () => {
    const result = await jobs.run(node('console.log(process.env.WORD); process.exit(3)', { WORD: 'hello' }), op('a'))
    expect(result).toEqual({ exitCode: 3, reason: null, log: 'a', lastLines: ['hello'] })
    expect(await jobs.log('a')).toBe('hello\n')
  })

  it('runs once, however often it is asked for, at once or later', async () => {
    const job = node(`fs.appendFileSync(${JSON.stringify(join(root, 'runs'))}, 'x'); setTimeout(() => {}, 300)`)
    const results = await Promise.all([jobs.run(job, op('once')), jobs.run(job, op('once'))])
    expect(await jobs.run(job, op('once'))).toEqual(results[0])
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(
      (await jobs.run(node('process.stdout.write(String(fs.readFileSync("runs")))'), op('look'))).lastLines,
    ).toEqual(['x'])
  })

  it('goes on without its asker, and is found again by the next one', async () => {
    const gone = new AbortController()
    const job = node('setTimeout(() => process.exit(7), 500)')
    const first = jobs.run(job, op('again', gone.signal))
    setTimeout(() => gone.abort(), 200)
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    const later = processJobs('eu', { services: { shop: { directory: root } } } as never, data)
    expect((await later.run(job, op('again'))).exitCode).toBe(7)
  })

  it('can be read while it runs', async () => {
    const job = node('console.log("halfway"); const t = setInterval(() => fs.existsSync("go") && clearInterval(t), 20)')
    const running = jobs.run(job, op('shop-1/read'))
    await expect.poll(() => jobs.log('shop-1/read').catch(() => ''), { timeout: 30_000 }).toBe('halfway\n')
    writeFileSync(join(root, 'go'), '')
    expect((await running).lastLines).toEqual(['halfway'])
  })

  it('is ended with all it has started', async () => {
    const alive = join(root, 'alive')
    const child = `setInterval(() => fs.writeFileSync(${JSON.stringify(alive)}, ''), 20)`
    const script = `child_process.spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { detached: true }); setInterval(() => {}, 1000)`
    const running = jobs.run(node(script), op('cancel'))
    while (!existsSync(alive)) await sleep(10)
    await jobs.end('cancel')
    expect(await running).toMatchObject({ exitCode: null, reason: 'it was ended' })
    rmSync(alive)
    await sleep(100)
    expect(existsSync(alive)).toBe(false)
  })

  it('never starts once it was ended', async () => {
    await jobs.end('never')
    await jobs.end('never')
    await expect(jobs.run(node(''), op('never'))).rejects.toMatchObject({ kind: 'Refused' })
  })

  it('is refused when there is nothing to run', async () => {
    await expect(jobs.run({ service: 'shop', image: 'a', env: {} }, op('i'))).rejects.toMatchObject({ kind: 'Invalid' })
    await expect(jobs.run({ service: 'no', command: ['true'], env: {} }, op('n'))).rejects.toThrow('no service "no"')
    const missing = { service: 'shop', command: ['no-such-program'], env: {} }
    await expect(jobs.run(missing, op('m'))).rejects.toThrow('"no-such-program" was not found')
    await expect(jobs.log('unknown')).rejects.toMatchObject({ kind: 'NotFound' })
  })
})

describe('what a job sees of us', () => {
  it('is nothing of our environment', async () => {
    process.env.SLIPWAY_TEST_SECRET = 'planted-secret'
    const { lastLines } = await jobs.run(node('console.log(JSON.stringify(process.env))'), op('env'))
    delete process.env.SLIPWAY_TEST_SECRET
    const seen = JSON.parse(lastLines.at(-1)!) as Record<string, string>
    expect(JSON.stringify(seen)).not.toContain('planted-secret')
    expect(Object.keys(seen).filter(name => /TOKEN|SECRET|DATABASE|TEMPORAL|SLIPWAY_DATA/.test(name))).toEqual([])
  })

  it.runIf(canHide())('is nothing of the data folder, and nothing of our process', async () => {
    writeFileSync(join(data, 'server.json'), 'planted-secret')
    const socket = createServer(connection => connection.end('planted-secret'))
    await new Promise<void>(resolve => socket.listen(join(data, 'host.sock'), resolve))
    const script = `
      const tried = [
        () => fs.readFileSync(${JSON.stringify(join(data, 'server.json'))}, 'utf8'),
        () => fs.readdirSync(${JSON.stringify(data)}).join(),
        () => child_process.execSync('umount ${data}; cat ${join(data, 'server.json')}', { encoding: 'utf8', stdio: 'pipe' }),
        () => child_process.execSync('unshare -Urm sh -c "umount ${data}; cat ${join(data, 'server.json')}"', { encoding: 'utf8', stdio: 'pipe' }),
        () => fs.readFileSync('/proc/${process.pid}/environ', 'utf8'),
        () => fs.readFileSync('/proc/${process.pid}/root${data}/server.json', 'utf8'),
      ]
      for (const one of tried) { try { console.log('SAW ' + one()) } catch (error) { console.log('nothing') } }
      net.connect(${JSON.stringify(join(data, 'host.sock'))}).on('error', error => console.log('nothing')).on('data', data => console.log('SAW ' + data))`
    const { lastLines, exitCode } = await jobs.run(node(script), op('look'))
    socket.close()
    expect(exitCode).toBe(0)
    expect(lastLines).toEqual(Array(7).fill('nothing'))
  })

  it.runIf(canHide())('cannot take the place of the programs that hide it', async () => {
    const bin = join(root, 'bin')
    mkdirSync(bin)
    writeFileSync(join(data, 'server.json'), 'planted-secret')
    const opens = `#!/bin/sh\nexec 1>&2\nPATH=/usr/bin:/bin\numount ${data}\ncat ${join(data, 'server.json')}\n`
    for (const name of ['unshare', 'mount', 'setpriv', 'sh']) writeFileSync(join(bin, name), opens, { mode: 0o755 })
    const { lastLines } = await jobs.run(node('console.log("ran")', { PATH: `${bin}:${process.env.PATH}` }), op('path'))
    expect(lastLines).toEqual(['ran'])
  })

  it.runIf(canHide())(
    'is nothing of sockets that lie elsewhere because the path of the data folder is long',
    async () => {
      const long = join(root, 'a-folder-with-a-long-name'.repeat(5))
      const { socket } = hostLocation(long)
      expect(socket.startsWith(long)).toBe(false)
      mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
      const server = createServer(connection => connection.end('planted-secret'))
      await new Promise<void>(resolve => server.listen(socket, resolve))
      const far = processJobs('eu', { services: { shop: { directory: root } } } as never, long)
      const script = `net.connect(${JSON.stringify(socket)}).on('error', error => console.log(error.code)).on('data', data => console.log('SAW ' + data))`
      const { lastLines } = await far.run(node(script), op('far'))
      server.close()
      rmSync(dirname(socket), { recursive: true })
      expect(lastLines).toEqual(['EACCES'])
    },
  )

  it('is refused a folder in which all of it would lie open', async () => {
    const inside = processJobs('eu', { services: { shop: { directory: data } } } as never, data)
    await expect(inside.run(node(''), op('inside'))).rejects.toThrow('lies inside the data folder')
  })
})
