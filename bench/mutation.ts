import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npx node bench/mutation.ts [--every] [FILE…]`: flips the comparisons of the judges one at a time, and runs the tests
 * beside them; ends with 1 when they notice fewer than 95 %. With `--every`, arithmetic, logic, signs and updates as
 * well, which takes several times as long; name files (paths under pipeline/canary) to be faster. Writes
 * docs/proof/mutation.json when the comparisons of all files were flipped.
 *
 * Stryker does it, in a copy of the code with packages of its own: it is needed too rarely for everybody to install it.
 */
const judged = [
  'overall.ts',
  'threshold.ts',
  'mann-whitney/classify.ts',
  'mann-whitney/score.ts',
  ...[
    'arms',
    'beta-evidence',
    'budget',
    'crossing',
    'data-rules',
    'difference-test',
    'dispersion',
    'e-value',
    'effects',
    'event-direction',
    'histogram',
    'increasing-root',
    'interval',
    'metric-judgment',
    'metric-reader',
    'metric-track',
    'rate-ratio',
    'ratio-test',
    'sequential',
    'series-direction',
    'series-test',
    'shown-limits',
    'special-functions',
    'urn',
  ].map(name => `sequential/${name}.ts`),
]
/** Slow, and about other things than single comparisons. */
const leftOut = ['sequential.property', 'golden-vectors', 'calibration', 'rejudge', 'power']
const required = 95
const stryker = '10.1.1'

const every = process.argv.includes('--every')
const asked = process.argv.slice(2).filter(argument => argument !== '--every')
const files = asked.length > 0 ? asked : judged
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'slipway-mutation-'))
try {
  copy()
  install()
  const report = mutate()
  const { killed, survived } = count(report)
  const score = (100 * killed) / (killed + survived.length)
  for (const line of survived) console.log(line)
  console.log(
    JSON.stringify({
      files: files.length,
      mutants: killed + survived.length,
      killed,
      score: Number(score.toFixed(1)),
      required,
    }),
  )
  if (asked.length === 0 && !every) writeReport(killed, survived)
  process.exitCode = score >= required ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function copy(): void {
  for (const part of ['pipeline/canary', 'pipeline/schema', 'test/unit'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  const excluded = JSON.stringify(['**/node_modules/**', ...leftOut.map(name => `**/${name}.test.ts`)])
  const config = `export default { test: { testTimeout: 60000, include: ['pipeline/canary/**/*.test.ts'], exclude: ${excluded} } }`
  writeFileSync(join(folder, 'vitest.config.mjs'), config)
  writeFileSync(
    join(folder, 'stryker.config.json'),
    JSON.stringify({
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      coverageAnalysis: 'perTest',
      concurrency: Math.max(1, availableParallelism() - 1),
      reporters: ['progress-append-only', 'json'],
      jsonReporter: { fileName: 'report.json' },
      mutate: files.map(file => `pipeline/canary/${file}`),
      timeoutMS: 60_000,
      mutator: {
        // What is left: comparisons; with `--every` arithmetic, logic, signs and updates, too.
        excludedMutations: [
          ...(every
            ? []
            : ['ArithmeticOperator', 'AssignmentOperator', 'LogicalOperator', 'UnaryOperator', 'UpdateOperator']),
          'ArrayDeclaration',
          'BlockStatement',
          'BooleanLiteral',
          'ConditionalExpression',
          'MethodExpression',
          'ObjectLiteral',
          'OptionalChaining',
          'Regex',
          'StringLiteral',
        ],
      },
    }),
  )
}

/** The same versions of everything that the tests import, and Stryker. */
function install(): void {
  const { devDependencies, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const pick = (...names: string[]) =>
    Object.fromEntries(names.map(name => [name, devDependencies[name] ?? dependencies[name]]))
  const needed = {
    ...pick('vitest', 'vite', 'fast-check', 'zod'),
    '@stryker-mutator/core': stryker,
    '@stryker-mutator/vitest-runner': stryker,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: needed }))
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
}

function mutate(): Report {
  run(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run'])
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
}

interface Report {
  files: Record<
    string,
    {
      source: string
      mutants: { status: string; mutatorName: string; replacement?: string; location: { start: { line: number } } }[]
    }
  >
}

function count({ files: reported }: Report): { killed: number; survived: string[] } {
  let killed = 0
  const survived: string[] = []
  for (const [file, { source, mutants }] of Object.entries(reported)) {
    for (const { status, replacement, location } of mutants) {
      const line = location.start.line
      if (status === 'Killed' || status === 'Timeout') killed += 1
      else if (status !== 'Ignored')
        survived.push(`${file}:${line}: ${source.split('\n')[line - 1]!.trim()}  →  ${replacement} (${status})`)
    }
  }
  return { killed, survived }
}

function writeReport(killed: number, survived: readonly string[]): void {
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim()
  const figures = {
    mutants: killed + survived.length,
    killed,
    score: Number(((100 * killed) / (killed + survived.length)).toFixed(1)),
  }
  const proof = { proof: 'mutation', figures, survived, commit, date: new Date().toISOString() }
  mkdirSync(join(root, 'docs/proof'), { recursive: true })
  writeFileSync(join(root, 'docs/proof/mutation.json'), `${JSON.stringify(proof, null, 2)}\n`)
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`)
}
