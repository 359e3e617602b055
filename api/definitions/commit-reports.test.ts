import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CommitReport } from '../../activities/notifiers/github-commits.ts'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { createCheck } from './check.ts'
import { type CommitReports, createCommitReports } from './commit-reports.ts'
import { toDefinition } from './definition.ts'
import type { Snapshot } from './snapshot.ts'

let folder: string
let told: CommitReport[]
let refusing: boolean
const running: { stop: AbortController; ended: Promise<void> }[] = []
const check = createCheck(configuration.parse({}))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-reports-'))
  told = []
  refusing = false
})
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true })
})

function start(): CommitReports {
  const stop = new AbortController()
  const reports = createCommitReports({
    ...{ file: join(folder, 'reports.json'), context: 'slipway/pipelines', firstPause: 1 },
    log: pino({ level: 'silent' }),
    async tell(report) {
      if (refusing) throw new Error('not now')
      told.push(report)
    },
  })
  running.push({ stop, ended: reports.run(stop.signal) })
  return reports
}

async function stop(): Promise<void> {
  for (const { stop, ended } of running.splice(0)) {
    stop.abort()
    await ended
  }
}

function commit(name: string, type = 'wait, for: 1s'): Snapshot {
  const text = `name: shop\napplication: store\nstages:\n  - { id: rest, type: ${type} }\n`
  return {
    commit: name,
    definitions: [toDefinition({ source: 'pipelines/shop.yaml', origin: 'x' }, text, check, name)],
  }
}
const summary = () => told.map(report => `${report.commit} ${report.problems.length}`)

test('a commit that is not valid is told so once, with the place; so is the next valid one, and no other', async () => {
  const reports = start()
  reports.saw(commit('a'))
  reports.saw(commit('b', 'rest'))
  reports.saw(commit('b', 'rest'))
  reports.saw(commit('c'))
  reports.saw(commit('d'))
  await vi.waitFor(() => expect(summary()).toEqual(['b 1', 'c 0']))
  expect(told[0]!.problems[0]).toMatchObject({ file: 'pipelines/shop.yaml', line: 4 })
})

test('what is not taken is told later, after a restart, too, and not twice', async () => {
  refusing = true
  const first = start()
  first.saw(commit('a', 'rest'))
  first.saw(commit('b', 'rest'))
  await stop()
  refusing = false
  const second = start()
  second.saw(commit('b', 'rest'))
  await vi.waitFor(() => expect(summary()).toEqual(['a 1', 'b 1']))
  await stop()
  start().saw(commit('b', 'rest'))
  await stop()
  expect(told).toHaveLength(2)
})

test('the same commit is told again when the server comes to another view of it', async () => {
  const reports = start()
  reports.saw(commit('a', 'rest'))
  reports.saw(commit('a'))
  await vi.waitFor(() => expect(summary()).toEqual(['a 1', 'a 0']))
})
