import { closeSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Init = NodeFS['init']

/**
 * A folder on disk where fsync does something. PGlite runs with fsync off, and its file system would ignore it: what
 * was acknowledged survives a killed process, but not a power cut. With `durableSettings` it survives both.
 */
export class DurableFiles extends NodeFS {
  override async init(...[pg, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pg, options)
    const preRun = [emscriptenOpts.preRun ?? []].flat()
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...preRun, giveFsync as never] } }
  }
}

/** `fdatasync`, the default on Linux, stays without effect in PGlite; `fsync` is what `DurableFiles` provides. */
export const durableSettings = { fsync: 'on', wal_sync_method: 'fsync' } as const

interface Stream {
  /** The real descriptor; only regular files have one. */
  nfd?: number
  node: unknown
}

interface NodeFilesystem {
  stream_ops: { fsync?: (stream: Stream) => 0 }
  realPath(node: unknown): string
}

function giveFsync({ FS }: { FS: { filesystems: { NODEFS: NodeFilesystem } } }): void {
  const nodefs = FS.filesystems.NODEFS
  nodefs.stream_ops.fsync = stream => {
    if (stream.nfd === undefined) return syncFolder(nodefs.realPath(stream.node))
    fsyncSync(stream.nfd)
    return 0
  }
}

export function syncFolder(path: string): 0 {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return 0
}
