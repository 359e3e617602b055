import { describe, expect, it } from 'vitest'
import { killsOn } from '../proof/kubernetes-kills.ts'
import type { Cluster } from './cluster.ts'

export function killSuite(cluster: () => Cluster): void {
  describe('whatever is killed while a pipeline runs', () => {
    it('traffic ends on one version, nothing is left over, nothing was done twice (slice of the proof)', async () => {
      const lines: string[] = []
      const figures = await killsOn(cluster(), { seed: 19, rounds: 1, log: line => lines.push(line) })
      expect(figures).toMatchObject({ rounds: 1, orphaned: 0, doubled: 0 })
      expect(lines).toHaveLength(1)
    })
  })
}
