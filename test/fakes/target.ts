import type { SimulatedTarget } from '../../api/main/simulate/target.ts'
import { simulatedTarget } from '../../api/main/simulate/target.ts'

export { show } from '../../api/main/simulate/target.ts'
export type FakeTarget = SimulatedTarget

/** The simulated target, with leases that end by the real clock. */
export function fakeTarget(): FakeTarget {
  return simulatedTarget((milliseconds, expire) => {
    const timer = setTimeout(expire, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  })
}
