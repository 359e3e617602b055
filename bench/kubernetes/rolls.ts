import { residentAfterCollection } from '../../test/proof/resident.ts'
import { opened, steps, type World } from './services.ts'

/** Twice, so that what stays in memory shows. */
export async function rollsAtOnce(world: World): Promise<void> {
  const { cluster, quick, report } = world
  const services = quick ? 20 : 200
  const namespace = 'rolls'
  const names = Array.from({ length: services }, (_, index) => `shop-${index}`)
  const { engine } = await opened(world, namespace, names, { replicas: 2, type: 'replicas' })
  const memory: number[] = []
  // The first time fills what a worker keeps of runs and locks (`maxCachedWorkflows`).
  for (const version of ['2.0.0', '3.0.0', '4.0.0']) {
    const before = cluster.control.audit().length
    const began = performance.now()
    const results = await Promise.all(
      names.map(name => {
        const { steps: _, ...stage } = steps(namespace, name, version, [])
        return engine.start([{ ...stage, strategy: 'rolling' }]).then(run => run.result())
      }),
    )
    const seconds = (performance.now() - began) / 1_000
    memory.push((await residentAfterCollection()) / 1e6)
    const failed = results.filter(({ status }) => status !== 'succeeded')
    report(`${services} services rolled at once to ${version}`, seconds, 's')
    report('of them not succeeded', failed.length, 'runs', 0)
    report('requests to the API server', (cluster.control.audit().length - before) / seconds, 'a second', 50)
  }
  report('memory of the worker after the third time, beside after the second', memory[2]! / memory[1]!, 'times', 1.1)
  await engine.stop()
}
