import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import { createCatalog } from '../../api/definitions/catalog.ts'
import { createCheck } from '../../api/definitions/check.ts'
import { createRepositorySource } from '../../api/definitions/repository-source.ts'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { testRepository } from '../repository.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'

/** Twenty files of a repository, one of them a pipeline, are a round. */
const filesPerRound = 20
const polls = 20
const most = { firstSync: 10_000, unchangedPoll: 200 }

/** A large repository with many pipelines: the first reading, polls of an unchanged branch, and one change. */
export const git: Proof = {
  what: 'a repository of 10,000 files with 500 pipelines: first sync, unchanged polls, one change',
  whole: 500,
  run: readLargeRepository,
}

async function readLargeRepository({ rounds, log }: ProofOptions): Promise<Figures> {
  const remote = testRepository()
  const data = mkdtempSync(join(tmpdir(), 'slipway-proof-git-'))
  try {
    const others = Array.from({ length: rounds * (filesPerRound - 1) }, (_, index) => [
      `src/${index % 100}/file-${index}.ts`,
      `export const value = ${index}\n`,
    ])
    const pipelines = Array.from({ length: rounds }, (_, index) => [`pipelines/p-${index}.yaml`, pipeline(index)])
    remote.commit(Object.fromEntries([...others, ...pipelines]))
    log('the repository is there')
    const settings = { repository: remote.address, branch: 'main', path: 'pipelines', poll: 3_600_000 }
    const parts = {
      folder: data,
      check: createCheck(configuration.parse({})),
      secrets: localSecrets(),
      reports: () => null,
      now: () => new Date(),
    }
    const catalog = createCatalog([createRepositorySource(settings, { ...parts, log: pino({ level: 'silent' }) })])
    const [msFirstSync, found] = await timed(() => catalog.list())
    const valid = found.filter(each => each.pipeline !== null).length
    if (valid !== rounds) throw new Error(`${valid} of ${rounds} pipelines are in force`)
    const all: number[] = []
    for (let index = 0; index < polls; index++) all.push((await timed(() => catalog.refresh()))[0])
    all.sort((a, b) => a - b)
    const changed = remote.commit({ 'pipelines/p-0.yaml': pipeline(0, '2s') })
    const [msOneChange] = await timed(() => catalog.refresh())
    if ((await catalog.get('p-0'))?.revision !== changed) throw new Error('the change is not in force')
    const msUnchangedPoll = all[Math.floor(all.length / 2)]!
    const files = rounds * filesPerRound
    const figures = {
      files,
      pipelines: rounds,
      msFirstSync,
      msUnchangedPoll,
      msUnchangedPollWorst: all.at(-1)!,
      msOneChange,
    }
    if (rounds >= git.whole && !isFastEnough(figures)) throw new Error(`too slow: ${JSON.stringify(figures)}`)
    return figures
  } finally {
    remote.remove()
    rmSync(data, { recursive: true, force: true })
  }
}

/** Only of the whole: a slice on a busy machine says nothing about time. */
function isFastEnough({ msFirstSync, msUnchangedPoll }: Figures): boolean {
  return Number(msFirstSync) < most.firstSync && Number(msUnchangedPoll) < most.unchangedPoll
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const begun = performance.now()
  const result = await work()
  return [Math.round(performance.now() - begun), result]
}

const pipeline = (index: number, pause = '1s') =>
  `name: p-${index}\napplication: store\nstages:\n  - { id: rest, type: wait, for: ${pause} }\n`
