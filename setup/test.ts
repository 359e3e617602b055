import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs every test and ends with one line, `N passed, N failed`; fails when something was skipped that must not be. */
const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
const report = join(folder, 'report.json')
const code = await vitest([
  'run',
  ...process.argv.slice(2),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
])
const { passed, failed, skipped } = counts(report)
rmSync(folder, { recursive: true })

const mayNotSkip = process.env.SLIPWAY_REQUIRE === 'all' && skipped.length > 0
if (skipped.length > 0) {
  console.log(`\n${skipped.length} skipped:`)
  for (const name of skipped) console.log(`  ${name}`)
}
if (mayNotSkip) console.log('SLIPWAY_REQUIRE=all: nothing may be skipped here.')
const broken = code !== 0 && failed === 0 ? 1 : 0
const failures = failed + broken + (mayNotSkip ? skipped.length : 0)
console.log(
  `\n${passed} passed, ${failures} failed${skipped.length > 0 && !mayNotSkip ? `, ${skipped.length} skipped` : ''}`,
)
process.exit(failures > 0 ? 1 : 0)

function vitest(args: string[]): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { stdio: 'inherit' })
    process.on('SIGINT', () => {})
    child.on('close', exit => resolve(exit ?? 1))
  })
}

interface Report {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

/** A file that could not be loaded counts as one failure: vitest reports no test for it. */
function counts(file: string): { passed: number; failed: number; skipped: string[] } {
  let parsed: Report
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
  const tests = parsed.testResults.flatMap(result => result.assertionResults)
  const unloaded = parsed.testResults.filter(
    result => result.status === 'failed' && result.assertionResults.length === 0,
  )
  return {
    passed: tests.filter(test => test.status === 'passed').length,
    failed: tests.filter(test => test.status === 'failed').length + unloaded.length,
    skipped: tests.filter(test => test.status !== 'passed' && test.status !== 'failed').map(test => test.fullName),
  }
}
