import { kubernetesWhenBuilt } from '../../setup/background.mjs'
import { component, whyMissing } from '../../test/components.ts'
import { startRealCanaries } from '../../test/kubernetes/real-canary.ts'
import { must, type World } from './services.ts'

/** From end to end, under 200 requests a second. */
export async function real({ cluster, report }: World): Promise<void> {
  const prometheus = component('prometheus')
  const { binaries } = await kubernetesWhenBuilt()
  const missing = prometheus === null ? 'prometheus' : component('containerd') === null ? 'containerd' : null
  if (missing !== null) return console.error(`skipped: ${whyMissing(missing)}`)
  const canaries = await startRealCanaries(cluster, { binaries: binaries!, prometheus: prometheus! })
  try {
    const good = await canaries.run('2.0.0', { rate: 200 })
    must(good.execution, 'succeeded')
    report('real pods, 25/50/75 × 4 s: good version has all traffic', good.settled, 's', 13)
    report('the same, nothing left to do', good.ended, 's')
    report(`of ${good.seen.sent} requests failed`, good.seen.lost + good.seen.errors, 'requests', 0)
    const worse = await canaries.run('3.0.0', { rate: 200, errors: 0.3 })
    must(worse.execution, 'rolled-back')
    report('real pods, 30 % errors: weight 0', worse.settled, 's')
    report(`of ${worse.seen.sent} requests failed`, worse.seen.lost + worse.seen.errors, 'requests', 60)
  } finally {
    await canaries.stop()
  }
}
