import { type components, contentsOf, findComponent } from '../setup/components.mjs'

type Component = keyof typeof components

/**
 * Path of a program some tests need. Null means: skip them, `whyMissing` says why; where SLIPWAY_REQUIRE=all nothing may
 * be skipped, so there it throws.
 */
export function component(name: Component): string | null {
  const path = findComponent(name)
  if (path === null && process.env.SLIPWAY_REQUIRE === 'all') throw new Error(whyMissing(name))
  return path
}

export function whyMissing(name: Component): string {
  return `no ${name} on this machine; SLIPWAY_INSTALL=1 npm test installs ${contentsOf(name)}`
}
