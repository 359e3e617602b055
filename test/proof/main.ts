import { canaries, canariesInMemory } from './canaries.ts'
import { defences } from './defences/defences.ts'
import { expressions } from './expressions.ts'
import { git } from './git.ts'
import { kills } from './kills.ts'
import { kubernetesFaults } from './kubernetes-faults.ts'
import { kubernetesKills } from './kubernetes-kills.ts'
import { longCanary } from './long-canary.ts'
import { page } from './page.ts'
import { overLimit, type Proof, writeProof } from './proof.ts'
import { schedules } from './schedules.ts'
import { schemathesis } from './schemathesis.ts'
import { waiting } from './waiting.ts'
import { webhooks } from './webhooks.ts'

/** `npm run proof -- NAME [--rounds N] [--seed S]`: the whole of a series whose slice is in `npm test`. */
const proofs = {
  canaries,
  defences,
  expressions,
  git,
  kills,
  page,
  schedules,
  schemathesis,
  waiting,
  webhooks,
  'canaries-in-memory': canariesInMemory,
  'kubernetes-faults': kubernetesFaults,
  'kubernetes-kills': kubernetesKills,
  'long-canary': longCanary,
} as const satisfies Record<string, Proof>

const [name = '', ...rest] = process.argv.slice(2)
const proof = (proofs as Record<string, Proof>)[name]
if (!proof) {
  console.error(`usage: npm run proof -- NAME [--rounds N] [--seed S]; names are:`)
  for (const [known, { what }] of Object.entries(proofs)) console.error(`  ${known.padEnd(20)}${what}`)
  process.exit(2)
}
const seed = option('--seed', 1)
const rounds = option('--rounds', proof.whole)
const figures = await proof.run({ seed, rounds, log: line => console.error(line) })
console.log(JSON.stringify(figures))
if (rounds >= proof.whole) writeProof(name, seed, figures, proof.limits)
for (const line of overLimit(figures, proof.limits)) {
  console.error(line)
  process.exitCode = 1
}

function option(flag: string, otherwise: number): number {
  const at = rest.indexOf(flag)
  if (at < 0) return otherwise
  const value = Number(rest[at + 1])
  if (Number.isInteger(value) && value >= 0) return value
  console.error(`${flag} needs a whole number`)
  process.exit(2)
}
