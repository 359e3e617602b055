import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Mutation } from './mutations.ts'

const root = resolve(import.meta.dirname, '../../..')
const execute = promisify(execFile)

export interface Outcome {
  passed: number
  failed: number
  /** What it printed, when that is no report: then the change itself is wrong. */
  broken: string | null
}

/** A copy of the project as it is on disk, in which defences are taken out. */
export interface Scratch {
  test(file: string, project: Mutation['project']): Promise<Outcome>
  /** Runs the test that belongs to it without this defence, and puts the defence back. */
  without(mutation: Mutation): Promise<Outcome>
  remove(): void
}

export function openScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-defences-'))
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of files.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))

  async function test(file: string, project: Mutation['project']): Promise<Outcome> {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const report = join(folder, 'report.json')
    rmSync(report, { force: true })
    const args = [vitest, 'run', '--project', project, '--reporter', 'json', '--outputFile', report, file]
    const ended = await execute(process.execPath, args, { cwd: folder, maxBuffer: 1 << 27 }).catch(error => error)
    try {
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
      return { passed: numPassedTests, failed: numFailedTests, broken: null }
    } catch {
      return { passed: 0, failed: 0, broken: `${ended.stdout}\n${ended.stderr}`.slice(-2_000) }
    }
  }

  return {
    test,
    async without(mutation) {
      const path = join(folder, mutation.file)
      const whole = readFileSync(path, 'utf8')
      writeFileSync(path, taken(mutation, whole))
      try {
        return await test(mutation.test, mutation.project)
      } finally {
        writeFileSync(path, whole)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The file without the defence. Throws when the defence is not where it is said to be. */
export function taken({ file, cut, put, without }: Mutation, text: string): string {
  const places = text.split(cut).length - 1
  if (places === 1) return text.replace(cut, () => put)
  throw new Error(`"${without}": ${file} holds the text to cut ${places} times; adapt test/proof/defences/mutations.ts`)
}
