import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run bench [-- NAME…]`: each bench is a script of its own that prints one JSON line a figure and then a table, and
 * ends with 1 when a required figure is missed. Figures are ratios within one run: the machines are noisy.
 */
const benches = {
  judge: 'speed of both judges beside the original',
  statistics: 'false alarms and power of the sequential judge, simulated',
  engine: 'time and history of a stage beside a hand-written workflow',
  router: 'requests a second beside a bare proxy',
  store: 'lists at 1,000 and 100,000 executions, recording',
  api: 'list, get and trigger beside a bare express route; lists at 1,000 and 100,000 executions',
  serve: 'start-up time and memory of `slipway serve`',
  kubernetes: 'canaries on a real API server: weights, many at once, requests, memory',
} as const

const asked = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter(argument => argument.startsWith('-'))
const unknown = asked.filter(name => !(name in benches))
if (unknown.length > 0) {
  console.error(`unknown bench ${unknown.join(', ')}; known are:`)
  for (const [name, what] of Object.entries(benches)) console.error(`  ${name.padEnd(12)}${what}`)
  process.exit(2)
}

let missed = 0
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  console.error(`\n${name}: ${benches[name as keyof typeof benches]}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...flags], {
    stdio: 'inherit',
  })
  if (status !== 0) missed += 1
}
process.exit(missed > 0 ? 1 : 0)
