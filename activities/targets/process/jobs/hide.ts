import { spawnSync } from 'node:child_process'
import { relative, resolve } from 'node:path'
import { Invalid } from '../../../failures.ts'

/**
 * The command, run where the data folder is an empty one that cannot be opened: no tokens, no sockets, no records. Uses the
 * kernel's namespaces (Linux, `unshare` and `setpriv` of util-linux), without any right to take the cover off again; in them
 * the memory and environment of our processes cannot be read either.
 *
 * Where the system has none of that the command stays as it is: the job is told nothing of us, but could look.
 */
export function hiddenFrom(
  command: readonly string[],
  { data, directory }: { data: string; directory: string },
): readonly string[] {
  if (isWithin(directory, data))
    throw new Invalid(
      `the folder of the service (${directory}) lies inside the data folder, which jobs must not see; move it elsewhere`,
    )
  return canHide() ? [...covered, resolve(data), ...command] : command
}

const cover =
  'mount -t tmpfs -o size=4k,mode=0 slipway "$0" && exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"'
const covered = ['unshare', '--user', '--map-root-user', '--mount', '--', '/bin/sh', '-c', cover]

let known: boolean | undefined

/** Tried once: containers and hardened kernels may forbid it. */
export function canHide(): boolean {
  known ??=
    process.platform === 'linux' &&
    spawnSync(covered[0]!, [...covered.slice(1), '/tmp', 'true'], { stdio: 'ignore', timeout: 10_000 }).status === 0
  return known
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(resolve(outer), resolve(inner))
  return path === '' || !path.startsWith('..')
}
