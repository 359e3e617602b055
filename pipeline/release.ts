/** The immutable bundle that is deployed: one version of code with its environment and configuration. */
export interface Release {
  version: string
  /** Container targets. Pinned to `digest` when the run starts. */
  image?: string
  /** Process targets: program and arguments. */
  command?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Names of configuration objects that move with the release. */
  config?: readonly string[]
  digest?: string
}

/** Two releases are the same when all that would run is the same. */
export function sameRelease(a: Release, b: Release): boolean {
  return releaseKey(a) === releaseKey(b)
}

/** A canonical text of the release: equal releases give equal keys, whatever the order of their keys. */
export function releaseKey(release: Release): string {
  const env = Object.entries(release.env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    release.version,
    release.image ?? null,
    release.command ?? null,
    env,
    [...(release.config ?? [])].sort(),
    release.digest ?? null,
  ])
}
