import { spawnSync } from 'node:child_process'
import { dirname, join, relative, resolve } from 'node:path'
import { placeOf } from '../../../store/pglite/place.ts'
import { Invalid } from '../../failures.ts'
import { resolveCommand } from '../../processes/command.ts'
import { hostLocation } from './host/location.ts'

/**
 * The command, run where the data folder is an empty one that cannot be opened, and so are the folders of our sockets where
 * those lie elsewhere: no tokens, no sockets, no records. Uses the kernel's namespaces (Linux, `unshare` and `setpriv` of
 * util-linux), without any right to take the cover off again; in them the memory and environment of our processes cannot
 * be read either. It keeps its user and its pid, and has no capabilities.
 *
 * Where the system has none of that the command stays as it is: it is told nothing of us, but could look.
 */
export function hiddenFrom(
  command: readonly string[],
  { data, directory }: { data: string; directory: string },
): readonly string[] {
  if (isWithin(directory, data))
    throw new Invalid(
      `the folder of the service (${directory}) lies inside the data folder, which what runs there must not see; move it elsewhere`,
    )
  if (!canHide()) return command
  const folders = foldersOf(resolve(data))
  return [...covered(folders.length), ...folders, ...command]
}

/** Sockets of a data folder with a long path are in one of their own. */
function foldersOf(data: string): string[] {
  const sockets = [dirname(hostLocation(data).socket), placeOf(join(data, 'store')).socketFolder]
  return [data, ...sockets.filter(folder => !isWithin(folder, data))]
}

/**
 * Programs by their whole path: until the cover is closed whoever runs has the right to open it, so nothing may be looked up in
 * a PATH that the pipeline gives.
 */
function covered(folders: number): string[] {
  const [unshare, mount, setpriv] = ['unshare', 'mount', 'setpriv'].map(program =>
    resolveCommand([program], '/', process.env.PATH),
  )
  const close = `n=$0; while [ "$n" -gt 0 ]; do if [ -d "$1" ]; then ${mount} -t tmpfs -o size=4k,mode=0 slipway "$1" || exit 125; fi; shift; n=$((n-1)); done; exec ${setpriv} --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs -- "$@"`
  const apart = ['--user', '--map-current-user', '--keep-caps', '--mount']
  return [unshare!, ...apart, '--', '/bin/sh', '-c', close, String(folders)]
}

let known: boolean | undefined

/** Tried once: containers and hardened kernels may forbid it. */
export function canHide(): boolean {
  known ??= process.platform === 'linux' && works()
  return known
}

function works(): boolean {
  try {
    const [unshare, ...rest] = covered(1)
    return spawnSync(unshare!, [...rest, '/tmp', '/bin/true'], { stdio: 'ignore', timeout: 10_000 }).status === 0
  } catch {
    return false
  }
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(resolve(outer), resolve(inner))
  return path === '' || !path.startsWith('..')
}
