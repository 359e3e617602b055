import type { Proof } from '../proof.ts'
import { mutations } from './mutations.ts'
import { openScratch } from './run.ts'

/**
 * Takes out one defence after the other, in a copy, and runs the test that belongs to it: it must fail, and pass with all
 * of them. One that still passes names a defence that nothing holds.
 */
export const defences: Proof = {
  what: 'each defence of docs/security.md taken out once: the test that belongs to it fails',
  whole: mutations.length,
  async run({ seed, rounds, log }) {
    const scratch = openScratch()
    const chosen = [...mutations.slice(seed - 1), ...mutations.slice(0, seed - 1)].slice(0, rounds)
    const unheld: string[] = []
    try {
      for (const file of new Set(chosen.map(({ test }) => test))) {
        const { project } = chosen.find(({ test }) => test === file)!
        const { passed, failed, broken } = await scratch.test(file, project)
        if (broken !== null || failed > 0 || passed === 0) throw new Error(`${file} fails as it is\n${broken ?? ''}`)
      }
      for (const mutation of chosen) {
        const { failed, broken } = await scratch.without(mutation)
        const held = failed > 0 && broken === null
        log(`${held ? 'held  ' : 'UNHELD'} ${mutation.row} ${mutation.without} (${mutation.file}, ${mutation.test})`)
        if (!held) unheld.push(`${mutation.without}: ${mutation.test} ${broken ?? 'passes'}`)
      }
    } finally {
      scratch.remove()
    }
    if (unheld.length > 0) throw new Error(`${unheld.length} defences can be taken out:\n${unheld.join('\n')}`)
    const rows = new Set(chosen.map(({ row }) => row)).size
    return { mutations: chosen.length, rows, unheld: 0 }
  },
}
