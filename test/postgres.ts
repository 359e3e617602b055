import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../activities/processes/ports.ts'

const run = promisify(execFile)

export interface Postgres {
  url: string
  /** Its data and its log; what its programs are to write may go here, too. */
  folder: string
  /** Runs one of its programs (`pg_dump`, `psql`), as who owns the folder. */
  run(program: string, ...args: string[]): Promise<void>
  /** Connections are refused until `start`; nothing is lost. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** Why no PostgreSQL can be started here; null when one can. With SLIPWAY_REQUIRE=all a missing one is an error. */
export function postgresMissing(): string | null {
  if (binaries() !== null) return null
  const reason = 'PostgreSQL is not installed (apt-get install postgresql-15)'
  if (process.env.SLIPWAY_REQUIRE === 'all') throw new Error(`${reason}, and SLIPWAY_REQUIRE=all forbids to skip it`)
  return reason
}

/** A fresh PostgreSQL on a free loopback port, in a temporary folder. As root it runs as user postgres. */
export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-postgres-'))
  const user = process.getuid?.() === 0 ? await userPostgres() : null
  if (user !== null) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const port = await freePort()
  const call = (binary: string, ...args: string[]) => run(join(binaries()!, binary), args, { ...user, cwd: folder })
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=64MB`
  const start = () => call('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start')
  const stop = () => call('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')

  await call('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8')
  await start()
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    folder,
    run: async (program, ...args) => void (await call(program, ...args)),
    start: async () => void (await start()),
    stop: async () => void (await stop()),
    async remove() {
      await stop().catch(() => {})
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function binaries(): string | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = versions.map(version => join(root, version, 'bin'))
  return folders.find(folder => existsSync(join(folder, 'initdb'))) ?? null
}

async function userPostgres(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}
