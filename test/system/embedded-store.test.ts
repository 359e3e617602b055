import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { batch, entry, event, request } from '../../store/contract/samples.ts'
import { StoreUnavailable } from '../../store/errors.ts'
import { openEngine } from '../../store/pglite/engine.ts'
import { newDatabase } from '../../store/pglite/new-database.ts'
import { pgliteChild } from '../../store/pglite/spec.ts'
import { openStore } from '../../store/postgres.ts'
import type { Store } from '../../store/store.ts'
import type { Pglite } from '../pglite.ts'
import { startPglite } from '../pglite.ts'

const run = promisify(execFile)
const cleanUp: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function started(folder?: string, ...more: string[]): Promise<Pglite> {
  const pglite = await startPglite(folder, ...more)
  cleanUp.push(pglite.remove)
  return pglite
}

async function opened(pglite: Pglite, options = {}): Promise<Store> {
  const store = await openStore(pglite.url, options)
  cleanUp.push(store.close)
  return store
}

describe('the process of the embedded store', () => {
  test('killed in the middle of writes, over and over, it has every row that it acknowledged', async () => {
    const pglite = await started()
    const acknowledged = new Map<string, number>()
    let audits = 0
    for (let round = 0; round < 5; round += 1) {
      const store = await openStore(pglite.url)
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        const id = `run-${writer}`
        for (let next = (acknowledged.get(id) ?? 0) + 1; ; next += 1) {
          await store.record({ ...batch(id, next), events: [event(id, next)] })
          acknowledged.set(id, next)
          if (writer > 0) continue
          await store.audit(entry())
          audits += 1
        }
      })
      const ended = Promise.allSettled(writers)
      const enough = total(acknowledged) + 20 + 7 * round
      while (total(acknowledged) < enough) await setTimeout(1)
      await pglite.stop()
      for (const writer of await ended) expect(writer).toMatchObject({ reason: expect.any(StoreUnavailable) })
      await store.close()
      await pglite.start()
    }
    const store = await opened(pglite)
    for (const [id, sequence] of acknowledged) {
      expect((await store.get(id))?.position, id).toBeGreaterThan(0)
      const kept = await allEvents(store, id)
      expect(kept.slice(0, sequence), id).toEqual(Array.from({ length: sequence }, (_, index) => index + 1))
    }
    const end = await store.position()
    expect(await countPositions(pglite.url)).toEqual({ count: end, least: 1, most: end })
    expect(await store.verifyAudit()).toBeNull()
    expect((await store.auditLog(1, null)).items[0]!.sequence).toBeGreaterThanOrEqual(audits)
  })

  test('a second one on the same folder is refused, and told who has it', async () => {
    const pglite = await started()
    const second = run(process.execPath, pgliteChild(pglite.folder).args)
    await expect(second).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${pglite.folder} is in use by process ${pglite.child().pid}`),
    })
    await (await opened(pglite)).ping()
  })

  test('ends cleanly when asked to, and what was written is there again', async () => {
    const pglite = await started()
    const store = await opened(pglite)
    await store.begin(request())
    expect(await pglite.end()).toBe(0)
    await expect(store.ping()).rejects.toThrow(StoreUnavailable)
    await pglite.start()
    expect(await store.begin(request())).toMatchObject({ outcome: 'replay' })
    expect(pglite.output()).not.toContain('recovery')
  })

  test('every commit is on disk before it is acknowledged, so a power cut loses none', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'slipway-durable-'))
    cleanUp.push(() => rm(parent, { recursive: true, force: true }))
    const data = join(parent, 'pgdata')
    await newDatabase(data)
    const engine = await openEngine(data, () => {})
    cleanUp.push(() => engine.close())
    await engine.exec('create table written (id int)')
    const fsync = vi.spyOn(fs, 'fsyncSync')
    cleanUp.push(async () => fsync.mockRestore())
    syncBuiltinESMExports()
    for (let id = 1; id <= 5; id += 1) {
      await engine.query('insert into written values ($1)', [id])
      expect(fsync).toHaveBeenCalledTimes(id)
    }
    await engine.query('select * from written')
    expect(fsync).toHaveBeenCalledTimes(5)
    await engine.exec('checkpoint')
    expect(fsync.mock.calls.length).toBeGreaterThan(7)
  })

  test('only its user may connect, however deep its folder lies', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'slipway-deep-'))
    const deep = join(parent, 'a'.repeat(100))
    await mkdir(deep)
    cleanUp.push(() => rm(parent, { recursive: true, force: true }))
    for (const pglite of [await started(), await started(deep)]) {
      const folder = new URL(pglite.url).searchParams.get('host')!
      expect(statSync(folder).mode & 0o777).toBe(0o700)
      expect(statSync(join(folder, '.s.PGSQL.5432')).mode & 0o777).toBe(0o600)
    }
  })

  test('a process that does not speak is not waited for', async () => {
    const pglite = await started()
    const store = await opened(pglite, { connectTimeout: 300, statementTimeout: 300 })
    await store.ping()
    pglite.child().kill('SIGSTOP')
    const began = performance.now()
    await expect(store.ping()).rejects.toThrow(StoreUnavailable)
    await expect(store.get('a')).rejects.toThrow(StoreUnavailable)
    expect(performance.now() - began).toBeLessThan(3_000)
    pglite.child().kill('SIGCONT')
    await store.ping()
  })

  test('a client that sits on a transaction does not keep the others out', async () => {
    const pglite = await started()
    const store = await opened(pglite)
    const sitting = new pg.Client({ connectionString: pglite.url })
    sitting.on('error', () => {})
    await sitting.connect()
    await sitting.query('begin')
    await sitting.query('delete from audit_head')
    await store.audit(entry())
    await expect(sitting.query('commit')).rejects.toThrow()
    expect(await store.verifyAudit()).toBeNull()
  })

  test('a client that dies in a transaction leaves nothing of it', async () => {
    const pglite = await started()
    const store = await opened(pglite)
    const script = `import pg from 'pg'
      const client = new pg.Client({ connectionString: process.argv[1] })
      await client.connect()
      await client.query('begin; delete from audit_head')
      process.kill(process.pid, 'SIGKILL')`
    const dying = spawn(process.execPath, ['--input-type=module', '-e', script, pglite.url], { stdio: 'inherit' })
    await once(dying, 'exit')
    expect(await store.audit(entry())).toMatchObject({ sequence: 1 })
  })

  test('clients that talk at the same time are never mixed up', async () => {
    const pglite = await started()
    const pools = Array.from({ length: 5 }, () => new pg.Pool({ connectionString: pglite.url, max: 5 }))
    cleanUp.push(() => Promise.all(pools.map(pool => pool.end())))
    const asked = Array.from({ length: 600 }, (_, index) => index)
    const answers = await Promise.all(
      asked.map(async index => {
        const pool = pools[index % pools.length]!
        if (index % 3 === 0) return (await pool.query('select $1::text || $2 as x', [index, 'a'])).rows[0].x
        if (index % 3 === 1) return (await pool.query(`select '${index}a' as x`)).rows[0].x
        const failed = await pool.query('select $1::int / 0', [index]).catch(error => error.code)
        return failed === '22012' ? `${index}a` : failed
      }),
    )
    expect(answers).toEqual(asked.map(index => `${index}a`))
  })

  test('a statement that never ends does not keep the store down: it is ended, to be started again', async () => {
    const pglite = await started(undefined, '--longest', '2')
    const client = new pg.Client({ connectionString: pglite.url })
    client.on('error', () => {})
    await client.connect()
    const endless = client.query('select count(*) from generate_series(1, 1e12)').catch(error => error)
    const [, signal] = await once(pglite.child(), 'exit')
    expect(signal).toBe('SIGKILL')
    expect(await endless).toBeInstanceOf(Error)
    expect(pglite.output()).toContain('one statement has taken over')
  })
})

const noDisk = await smallDiskMissing()

describe.skipIf(noDisk !== null)(`a full disk${noDisk === null ? '' : ` (skipped: ${noDisk})`}`, () => {
  test('writes are refused in words, reads go on, nothing is lost, and with room it writes again', async () => {
    const disk = await smallDisk(200)
    const pglite = await started(disk)
    const store = await opened(pglite)
    await store.record(batch('before', 3))

    const filler = join(disk, 'filler')
    await fill(filler)
    await expect(store.record(batch('during', 1))).rejects.toThrow(StoreUnavailable)
    await expect(store.record(batch('during', 1))).rejects.toThrow(/the disk of .* has only \d+ MB left/)
    await expect(store.begin(request())).rejects.toThrow(StoreUnavailable)
    expect(await store.get('before')).toMatchObject({ position: 3 })
    expect((await store.list({}, 10, null)).items).toHaveLength(1)

    await truncate(filler, 0)
    await store.record(batch('after', 1))
    expect(await store.position()).toBe(4)
    expect(pglite.output()).toContain('writes are refused')
    expect(pglite.output()).toContain('writes are taken')
  })

  test('filled at once and to the last byte while many write, it still has every acknowledged row', async () => {
    const disk = await smallDisk(200)
    const pglite = await started(disk)
    const store = await opened(pglite)
    const acknowledged: string[] = []
    const writing = Array.from({ length: 6 }, async (_, writer) => {
      for (let index = 0; ; index += 1) {
        const id = `run-${writer}-${index}`
        await store.record({ ...batch(id, 1), evidence: [] })
        acknowledged.push(id)
      }
    })
    const ended = Promise.allSettled(writing)
    await setTimeout(300)
    await fill(join(disk, 'filler'))
    await ended
    await pglite.stop()
    await expect(pglite.start()).rejects.toThrow(/the disk of .* the store needs 64 MB to start/)
    await truncate(join(disk, 'filler'), 0)
    await pglite.start()
    const after = await opened(pglite)
    expect(acknowledged.length).toBeGreaterThan(10)
    for (const id of acknowledged) expect(await after.get(id), id).not.toBeNull()
    expect(await countPositions(pglite.url)).toMatchObject({ least: 1, most: await after.position() })
    await after.record(batch('after', 1))
  })
})

function total(acknowledged: Map<string, number>): number {
  return [...acknowledged.values()].reduce((sum, count) => sum + count, 0)
}

async function allEvents(store: Store, execution: string): Promise<number[]> {
  const sequences: number[] = []
  for (let after = 0; ; ) {
    const page = await store.events(after, 500, execution)
    sequences.push(...page.map(one => one.sequence))
    if (page.length === 0) return sequences
    after = page.at(-1)!.position
  }
}

async function countPositions(url: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const sql = 'select count(*)::int as count, min(position)::int as least, max(position)::int as most from events'
  const { rows } = await client.query(sql)
  await client.end()
  return rows[0]
}

async function smallDiskMissing(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-mount-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    await run('umount', [folder])
    return null
  } catch {
    const reason = 'mounting a small tmpfs needs root'
    if (process.env.SLIPWAY_REQUIRE === 'all') throw new Error(`${reason}, and SLIPWAY_REQUIRE=all forbids to skip it`)
    return reason
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function smallDisk(megabytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder])
  cleanUp.push(async () => {
    await run('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

/** To the last byte. */
async function fill(path: string): Promise<void> {
  const megabyte = Buffer.alloc(1024 * 1024)
  for (const piece of [megabyte, megabyte.subarray(0, 4096)]) {
    for (;;) {
      const full = await writeFile(path, piece, { flag: 'a' }).then(
        () => false,
        () => true,
      )
      if (full) break
    }
  }
}
