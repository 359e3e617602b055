import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Init = NodeFS['init']

/**
 * A folder on disk where fsync does something. PGlite runs with fsync off, and its file system would ignore it: what
 * was acknowledged survives a killed process, but not a power cut. With `durableSettings` it survives both.
 *
 * After a crash PostgreSQL first syncs every file, one after the other, which takes seconds. Here they are synced side
 * by side before it starts, in a fortieth of the time, and until `opened` is called only what it wrote itself is synced.
 */
export class DurableFiles extends NodeFS {
  #written: Set<string> | null = new Set()

  override async init(...[pg, options]: Parameters<Init>): ReturnType<Init> {
    await syncTree(this.rootDir)
    const { emscriptenOpts } = await super.init(pg, options)
    const preRun = [emscriptenOpts.preRun ?? []].flat()
    const giveFsync = ({ FS }: EmscriptenModule) => this.#giveFsync(FS.filesystems.NODEFS)
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...preRun, giveFsync as never] } }
  }

  /** From here on every fsync is done. */
  opened(): void {
    this.#written = null
  }

  #giveFsync(files: NodeFilesystem): void {
    const note = (node: unknown) => this.#written?.add(files.realPath(node))
    const { write } = files.stream_ops
    files.stream_ops.write = (stream, ...rest) => {
      note(stream.node)
      return write(stream, ...rest)
    }
    const { setattr } = files.node_ops
    files.node_ops.setattr = (node, ...rest) => {
      note(node)
      return setattr(node, ...rest)
    }
    files.stream_ops.fsync = stream => {
      const path = files.realPath(stream.node)
      if (this.#written !== null && !this.#written.delete(path)) return 0
      if (stream.nfd === undefined) syncFile(path)
      else fsyncSync(stream.nfd)
      return 0
    }
  }
}

/** `fdatasync`, the default on Linux, stays without effect in PGlite; `fsync` is what `DurableFiles` provides. */
export const durableSettings = { fsync: 'on', wal_sync_method: 'fsync' } as const

interface EmscriptenModule {
  FS: { filesystems: { NODEFS: NodeFilesystem } }
}

interface NodeFilesystem {
  stream_ops: { write(stream: Stream, ...rest: unknown[]): unknown; fsync?: (stream: Stream) => 0 }
  node_ops: { setattr(node: unknown, ...rest: unknown[]): unknown }
  realPath(node: unknown): string
}

interface Stream {
  /** The real descriptor; only regular files have one. */
  nfd?: number
  node: unknown
}

/** Everything below a folder, and the folder itself, is on disk afterwards. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map(entry => join(entry.parentPath, entry.name))
  await Promise.all([...paths, folder].map(sync))
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}

/** Also for folders. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
