import { fork, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Invalid, NotFound } from '../failures.ts'
import { end } from './end.ts'
import { cleanEnvironment } from './environment.ts'
import { identify, isAlive, type ProcessIdentity } from './identity.ts'
import { lockFile } from './lock.ts'
import { lastLines, rotateLog } from './log-file.ts'
import { freePort, listenersOn } from './ports.ts'
import { removeRecord, runningRecord } from './record.ts'
import { relatives } from './relatives.ts'
import { type StartedProcess, startProcess } from './start.ts'

let folder: string
let started: ProcessIdentity[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-processes-'))
  started = []
})

afterEach(async () => {
  for (const identity of started) await end(identity, { grace: 0 })
  rmSync(folder, { recursive: true })
})

const log = () => join(folder, 'log')
const record = () => join(folder, 'record.json')

async function start(script: string, env: Record<string, string> = cleanEnvironment()): Promise<StartedProcess> {
  const child = await startProcess({
    command: [process.execPath, '-e', script],
    directory: folder,
    env,
    log: log(),
    record: record(),
  })
  started.push(child.identity)
  return child
}

async function until(check: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (check()) return
    await sleep(10)
  }
  throw new Error(`waited 5 s for ${what}`)
}

const forever = 'setInterval(() => {}, 1000)'

describe('an identity', () => {
  it('is that of a running process, by pid, start, boot and nonce', async () => {
    const { identity } = await start(forever)
    expect(isAlive(identity)).toBe(true)
    expect(runningRecord(record())).toEqual(identity)
  })

  it('is not matched by another process with the same pid, nor after a reboot', async () => {
    const { identity } = await start(forever)
    expect(isAlive({ ...identity, started: '1' })).toBe(false)
    expect(isAlive({ ...identity, boot: 'another' })).toBe(false)
  })

  it('does not exist for a process that has ended', async () => {
    const { identity, exited } = await start('process.exit(3)')
    expect(await exited).toEqual({ code: 3, signal: null })
    expect(isAlive(identity)).toBe(false)
    expect(identify(identity.pid, identity.nonce)).toBeNull()
    expect(runningRecord(record())).toBeNull()
  })
})

describe('starting a process', () => {
  it('passes the arguments as they are, with no shell in between', async () => {
    const child = await startProcess({
      command: [
        process.execPath,
        '-e',
        'console.log(JSON.stringify(process.argv.slice(1)))',
        '$(id)',
        '`id`',
        'a b',
        '',
      ],
      directory: folder,
      env: cleanEnvironment(),
      log: log(),
      record: record(),
    })
    await child.exited
    expect(readFileSync(log(), 'utf8')).toBe('["$(id)","`id`","a b",""]\n')
  })

  it('hands over nothing of our own environment', async () => {
    process.env.SECRET_OF_THE_TEST = 'hunter2'
    const { exited } = await start('console.log(JSON.stringify(process.env))')
    await exited
    delete process.env.SECRET_OF_THE_TEST
    const seen = JSON.parse(readFileSync(log(), 'utf8')) as Record<string, string>
    const shell = ['PWD', 'OLDPWD', 'SHLVL', '_', 'SLIPWAY_PROCESS']
    const known = new Set([...Object.keys(cleanEnvironment()), ...shell])
    expect(Object.keys(seen).filter(name => !known.has(name))).toEqual([])
  })

  it('runs nothing when its identity cannot be written down', async () => {
    let seen: ProcessIdentity | undefined
    const starting = startProcess({
      command: [process.execPath, '-e', `require('fs').writeFileSync('ran', '')`],
      directory: folder,
      env: cleanEnvironment(),
      log: log(),
      record: identity => {
        seen = identity
        return Promise.reject(new Error('disk full'))
      },
    })
    await expect(starting).rejects.toThrow('disk full')
    await until(() => !isAlive(seen!), 'the waiting process to go')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it.each([
    [['no-such-program-here'], NotFound, /"no-such-program-here" was not found in PATH/],
    [['./missing.sh'], NotFound, /missing\.sh does not exist or may not be executed/],
    [[], Invalid, /command is empty/],
  ])('says what is wrong with %j', async (command, kind, message) => {
    const starting = startProcess({ command, directory: folder, env: { PATH: '/bin' }, log: log(), record: record() })
    await expect(starting).rejects.toThrow(message)
    await expect(starting).rejects.toBeInstanceOf(kind)
  })
})

describe('ending a process', () => {
  it('asks first', async () => {
    const { identity, exited } = await start(
      `process.on('SIGTERM', () => process.exit(0)); console.log('up'); ${forever}`,
    )
    await until(() => readFileSync(log(), 'utf8').includes('up'), 'the process to be up')
    expect(await end(identity, { grace: 5_000 })).toBe('ended')
    expect(await exited).toEqual({ code: 0, signal: null })
  })

  it('forces what does not go', async () => {
    const { identity } = await start(`process.on('SIGTERM', () => {}); console.log('up'); ${forever}`)
    await until(() => readFileSync(log(), 'utf8').includes('up'), 'the process to be up')
    expect(await end(identity, { grace: 50 })).toBe('killed')
    expect(isAlive(identity)).toBe(false)
  })

  it('takes grandchildren along, even those that left the group', async () => {
    const grandchild = `process.on('SIGTERM', () => {}); ${forever}`
    const { identity } = await start(
      `const { spawn } = require('child_process')
       const options = { stdio: 'ignore' }
       spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], options)
       spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { ...options, detached: true })
       ${forever}`,
    )
    await until(() => relatives(identity).length === 2, 'two grandchildren')
    await end(identity, { grace: 300 })
    expect(relatives(identity)).toEqual([])
  })

  it('never touches another process that has the pid now', async () => {
    const bystander = spawn(process.execPath, ['-e', forever], { stdio: 'ignore' })
    await new Promise(resolve => bystander.once('spawn', resolve))
    const theirs = identify(bystander.pid!, 'nonce')!
    expect(await end({ ...theirs, started: '1' }, { grace: 10 })).toBe('gone')
    expect(isAlive(theirs)).toBe(true)
    bystander.kill('SIGKILL')
  })

  it('is done at once when there is nothing left', async () => {
    const { identity, exited } = await start('')
    await exited
    expect(await end(identity, { grace: 5_000 })).toBe('gone')
    removeRecord(record())
    expect(runningRecord(record())).toBeNull()
  })
})

describe('a lock', () => {
  it('belongs to one process until that ends, however it ends', async () => {
    const path = join(folder, 'lock')
    const script = join(folder, 'holder.ts')
    writeFileSync(
      script,
      `import { lockFile } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
       const got = lockFile(${JSON.stringify(path)}) !== null
       globalThis.gc()
       process.send(got)
       ${forever}`,
    )
    const holder = fork(script, { execArgv: ['--expose-gc'] })
    const exited = new Promise(resolve => holder.once('exit', resolve))
    try {
      expect(await new Promise(resolve => holder.once('message', resolve))).toBe(true)
      expect(lockFile(path)).toBeNull()
    } finally {
      holder.kill('SIGKILL')
      await exited
    }
    const lock = lockFile(path)
    expect(lock).not.toBeNull()
    lock!.release()
    lockFile(path)!.release()
  })
})

describe('a port', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  it('is free, and outside the range of outgoing connections', async () => {
    const port = await freePort()
    expect(port).toBeLessThan(32_768)
    server = createServer()
    await new Promise<void>(resolve => server!.listen(port, '127.0.0.1', resolve))
    expect(listenersOn(port)).toEqual([process.pid])
  })

  it('has no listener when nobody listens', async () => {
    expect(listenersOn(await freePort())).toEqual([])
  })
})

describe('a log', () => {
  it('moves aside when it grows over its cap', () => {
    writeFileSync(log(), 'x'.repeat(100))
    rotateLog(log(), 200)
    expect(readFileSync(log(), 'utf8')).toHaveLength(100)
    rotateLog(log(), 99)
    expect(readFileSync(log(), 'utf8')).toBe('')
    expect(readFileSync(`${log()}.1`, 'utf8')).toHaveLength(99)
  })

  it('shows its last lines without colours and control characters', () => {
    writeFileSync(log(), 'one\n\n\x1b[31mtwo\x1b[0m\x07\r\nthree\n')
    expect(lastLines(log(), 2)).toEqual(['two', 'three'])
    expect(lastLines(join(folder, 'absent'), 2)).toEqual([])
  })
})
