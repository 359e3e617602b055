import { overLimit, type Proof, writeProof } from './proof.ts'

/**
 * `npm run proof -- NAME [--rounds N] [--seed S]`: the whole of a series whose slice is in `npm test`. Only the one that is asked
 * for is loaded: some measure the memory and the time of this very process.
 */
const proofs: Readonly<Record<string, () => Promise<Proof>>> = {
  canaries: async () => (await import('./canaries.ts')).canaries,
  'canaries-in-memory': async () => (await import('./canaries.ts')).canariesInMemory,
  defences: async () => (await import('./defences/defences.ts')).defences,
  expressions: async () => (await import('./expressions.ts')).expressions,
  git: async () => (await import('./git.ts')).git,
  kills: async () => (await import('./kills.ts')).kills,
  'kubernetes-faults': async () => (await import('./kubernetes-faults.ts')).kubernetesFaults,
  'kubernetes-kills': async () => (await import('./kubernetes-kills.ts')).kubernetesKills,
  'long-canary': async () => (await import('./long-canary.ts')).longCanary,
  page: async () => (await import('./page.ts')).page,
  schedules: async () => (await import('./schedules.ts')).schedules,
  schemathesis: async () => (await import('./schemathesis.ts')).schemathesis,
  waiting: async () => (await import('./waiting.ts')).waiting,
  webhooks: async () => (await import('./webhooks.ts')).webhooks,
}

const [name = '', ...rest] = process.argv.slice(2)
const load = Object.hasOwn(proofs, name) ? proofs[name] : undefined
if (!load) {
  console.error(`usage: npm run proof -- NAME [--rounds N] [--seed S]; names are:`)
  for (const [known, one] of Object.entries(proofs)) console.error(`  ${known.padEnd(20)}${(await one()).what}`)
  process.exit(2)
}
const proof = await load()
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
