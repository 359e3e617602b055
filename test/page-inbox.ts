import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { planted } from './page.ts'

/** Services whose canaries wait for people: nobody asks them, so the judge has nothing to say. */
export const quiet = ['north', 'east', 'south', 'west'] as const

const holding = `name: holding
application: shop
parameters: { version: { type: string } }
stages:
${quiet
  .map(
    service => `  - id: ${service}
    type: canary
    needs: []
    target: local
    service: ${service}
    release: { version: '\${{ parameters.version }}', command: [node, app.mjs] }
    baseline: stable
    steps: [{ weight: 25, for: 1s }]
    analysis:
      interval: 1s
      judge: { type: sequential, falseAlarm: 1% }
      metrics: [{ preset: http, margin: 0.1% }]
    onVerdict: { fail: rollback, insufficient: hold, errored: hold }
`,
  )
  .join('')}`

const late = `name: late
application: shop
stages:
  - { id: late, type: wait, for: 1h, timeout: 500ms, retry: { attempts: 2, backoff: 10ms } }
`

/** Not valid, and its problem repeats what it says. */
const odd = `name: odd
application: shop
# ${planted}
stages:
  - { id: rest, type: '${planted}', for: 1s }
`

const eyes = `name: eyes
application: shop
stages:
  - { id: ask, type: judgment, timeout: 1h, approvals: 2 }
`

const swap = `name: swap
application: shop
parameters: { version: { type: string } }
stages:
  - id: swap
    type: deploy
    target: local
    service: fragile
    strategy: recreate
    release: { version: '\${{ parameters.version }}', command: [node, fragile.mjs] }
`

/**
 * Adds to a copy of the fixtures `views` and `shop` in `files` what brings every kind of entry into an inbox: `holding`
 * holds its canaries, `late` errors, `eyes` asks others than who started it, and `swap` cannot be taken back while its program is broken (`breakFragile`).
 */
export function addTrouble(files: string): void {
  const configuration = join(files, 'views/slipway.yaml')
  const services = [...quiet, 'fragile'].map(name => `      ${name}: { directory: ../shop, instances: 1 }\n`)
  const text = readFileSync(configuration, 'utf8')
  writeFileSync(configuration, text.replace('pipelines:\n', `${services.join('')}pipelines:\n`))
  for (const [name, pipeline] of Object.entries({ holding, late, odd, eyes, swap }))
    writeFileSync(join(files, `views/pipelines/${name}.yaml`), pipeline)
  writeFileSync(join(files, 'shop/fragile.mjs'), `import './app.mjs'\n`)
}

/** From now on no release of that service starts, old or new; what it prints is shown as the reason. */
export function breakFragile(files: string): void {
  writeFileSync(join(files, 'shop/fragile.mjs'), `console.error(${JSON.stringify(planted)})\nprocess.exit(1)\n`)
}

/** Lets a server read pipelines of a repository, too, as soon as they change. */
export function addRepository(files: string, address: string): void {
  const entry = `  - { repository: '${address}', branch: main, path: pipelines, poll: 1s }\n`
  const configuration = join(files, 'views/slipway.yaml')
  writeFileSync(configuration, readFileSync(configuration, 'utf8').replace('  - directory: pipelines\n', `$&${entry}`))
}
