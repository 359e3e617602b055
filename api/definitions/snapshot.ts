import { setImmediate as breathe } from 'node:timers/promises'
import { broken, type Check, type Definition, maxFileSize, maxFiles, problemOf, toDefinition } from './definition.ts'
import type { BlobEntry, GitMirror } from './git-mirror.ts'
import type { GoodVersion, LastGood } from './last-good.ts'
import type { PathPattern } from './path-pattern.ts'
import { isTemplate, readTemplateBlobs, type TemplatesOf, templatesFolderOf } from './repository-templates.ts'

/** The pipelines of a commit. */
export interface Snapshot {
  commit: string
  definitions: readonly Definition[]
}

export interface SnapshotParts {
  mirror: GitMirror
  pattern: PathPattern
  lastGood: LastGood
  check: Check
  /** Of the definitions. */
  origin: string
}

/** So many older versions of an invalid file are tried, when nobody remembers a good one. */
const mostOlder = 20
/** Characters of text that are asked of git at once, about. */
const batchSize = 16 * 1024 * 1024

export type ReadSnapshot = (commit: string) => Promise<Snapshot>

/**
 * Reads the pipelines of a commit, each in the version that is in force: that of the commit, or (when that one is not
 * valid) the last good one, with what is wrong with the new one beside it. A file that is gone is gone.
 */
export function createSnapshots(parts: SnapshotParts): ReadSnapshot {
  const { mirror, pattern, lastGood, check, origin } = parts
  /** What a blob says beside the same templates does not change; only what is in use is kept. */
  let known = new Map<string, Definition>()

  const checkWith =
    (templates: TemplatesOf, path: string): Check =>
    (text, file) =>
      check(text, file, templates(path).templates)

  async function definitionsOf(
    entries: readonly BlobEntry[],
    commit: string,
    templates: TemplatesOf,
  ): Promise<Map<string, Definition>> {
    const next = new Map<string, Definition>()
    for (const group of inBatches(entries.filter(entry => !known.has(keyOf(entry, templates))))) {
      const texts = await mirror.texts(group.map(({ blob }) => blob))
      for (const entry of group) {
        const place = { source: entry.path, origin }
        const definition = toDefinition(place, texts.get(entry.blob) ?? '', checkWith(templates, entry.path), commit)
        next.set(keyOf(entry, templates), definition)
        // Hundreds of files at once must not keep everybody else waiting.
        await breathe()
      }
    }
    for (const entry of entries) {
      const before = known.get(keyOf(entry, templates))
      if (before !== undefined) next.set(keyOf(entry, templates), { ...before, revision: commit })
    }
    return next
  }

  /** The version of an invalid file that is in force instead; null when there never was a good one. */
  async function goodVersion(path: string, commit: string): Promise<(GoodVersion & { definition: Definition }) | null> {
    const remembered = lastGood.get(path)
    if (remembered !== undefined) {
      const definition = await readVersion(path, remembered.commit, remembered.blob)
      if (definition?.pipeline) return { ...remembered, definition }
    }
    for (const older of await mirror.history(commit, path, mostOlder)) {
      const entry = (await mirror.files(older, path)).find(file => file.path === path)
      if (entry === undefined || faultOf(entry) !== null) continue
      const definition = await readVersion(path, older, entry.blob)
      if (definition?.pipeline) return { commit: older, blob: entry.blob, name: definition.name, definition }
    }
    return null
  }

  async function readVersion(path: string, commit: string, blob: string): Promise<Definition | null> {
    const text = (await mirror.texts([blob])).get(blob)
    if (text === undefined) return null
    // With the templates of its time: a template that was broken since does not matter to it.
    const templates = await readTemplateBlobs(mirror, await mirror.files(commit, templatesFolderOf(path)))
    return toDefinition({ source: path, origin }, text, checkWith(templates, path), commit)
  }

  return async commit => {
    const all = await mirror.files(commit, pattern.folder)
    const files = all.filter(({ path }) => pattern.matches(path) && !isTemplate(path, pattern.folder))
    const templates = await readTemplateBlobs(mirror, all)
    const read = files.slice(0, maxFiles).map(entry => ({ entry, fault: faultOf(entry) }))
    const texts = await definitionsOf(
      read.flatMap(({ entry, fault }) => (fault === null ? [entry] : [])),
      commit,
      templates,
    )
    known = texts
    const good = new Map<string, GoodVersion>()
    const definitions: Definition[] = []
    for (const { entry, fault } of read) {
      const { path, blob } = entry
      const newest =
        fault === null ? texts.get(keyOf(entry, templates))! : broken({ source: path, origin }, fault, commit)
      if (newest.pipeline !== null) {
        good.set(path, { commit, blob, name: newest.name })
        definitions.push(newest)
        continue
      }
      const before = await goodVersion(path, commit)
      if (before !== null) good.set(path, { commit: before.commit, blob: before.blob, name: before.name })
      const refused = { revision: commit, problems: newest.problems }
      definitions.push(before === null ? newest : { ...before.definition, refused })
    }
    const settled = keepNames(definitions, lastGood)
    for (const { source, pipeline } of settled) if (pipeline === null) good.delete(source)
    await lastGood.keep(good)
    return { commit, definitions: settled }
  }
}

/** A newcomer cannot take a name from the file that has it. */
function keepNames(definitions: readonly Definition[], lastGood: LastGood): Definition[] {
  const byName = Map.groupBy(definitions, ({ name }) => name)
  return definitions.flatMap(definition => {
    const owners = byName.get(definition.name)!.filter(({ source, name }) => lastGood.get(source)?.name === name)
    const [owner] = owners
    if (owners.length !== 1 || owner === undefined || owner === definition) return [definition]
    const message = `the name ${definition.name} is already used by ${owner.source}`
    const problems = [...definition.problems, problemOf(message, '/name')]
    return [{ ...definition, name: definition.source, pipeline: null, definitionHash: null, problems }]
  })
}

/** Why a file of a commit is not even read. */
function faultOf({ path, mode, size }: BlobEntry): string | null {
  if (mode === '120000') return 'a symbolic link; links are not followed'
  if (mode === '160000') return 'a submodule; only files of this repository are read'
  if (mode !== '100644' && mode !== '100755') return `a file of mode ${mode}; only plain files are read`
  if (path.split('/').some(part => part === '..' || part === '.')) return 'its path leads out of the repository'
  return size > maxFileSize ? `larger than ${maxFileSize / 1024} KB` : null
}

function keyOf({ path, blob }: BlobEntry, templates: TemplatesOf): string {
  return `${blob} ${templates(path).key} ${path}`
}

function* inBatches(entries: readonly BlobEntry[]): Generator<BlobEntry[]> {
  let group: BlobEntry[] = []
  let size = 0
  for (const entry of entries) {
    if (size > 0 && size + entry.size > batchSize) {
      yield group
      group = []
      size = 0
    }
    group.push(entry)
    size += entry.size
  }
  if (group.length > 0) yield group
}
