import { jsonPointer, type Path } from '../problem.ts'
import { isMap } from '../schema/words.ts'

/** What a configuration of another tool became here, and what of it could not be carried over. */
export interface Imported {
  /** A pipeline, ready to be written as YAML. */
  pipeline: Readonly<Record<string, unknown>>
  lost: Lost[]
}

export interface Lost {
  /** JSON pointer into the file that was read. */
  pointer: string
  why: string
}

/**
 * Reads a configuration and keeps account: what was neither read nor told to be lost is lost without a reason, so that
 * nothing is dropped in silence.
 */
export interface Source {
  /** The value, which counts as carried over with all below it. */
  take(...path: Path): unknown
  text(...path: Path): string | null
  number(...path: Path): number | null
  list(...path: Path): unknown[]
  /** Looked at, and left. */
  peek(...path: Path): unknown
  /** Means nothing here: names of versions, comments of tools. */
  ignore(...path: Path): void
  lose(why: string, ...path: Path): void
  lost(): Lost[]
}

export function readSource(value: unknown): Source {
  const done: Path[] = []
  const told: Lost[] = []
  const at = (path: Path) => path.reduce<unknown>(partOf, value)
  const take = (...path: Path) => {
    done.push(path)
    return at(path)
  }
  const isDone = (path: Path) => done.some(one => one.length <= path.length && one.every((part, i) => part === path[i]))
  const holdsDone = (path: Path) => done.some(one => path.every((part, i) => part === one[i]))

  function rest(path: Path): Lost[] {
    if (isDone(path) || at(path) === undefined) return []
    const inner = at(path)
    if (holdsDone(path) && typeof inner === 'object' && inner !== null) {
      const keys = Array.isArray(inner) ? inner.map((_, index) => index) : Object.keys(inner)
      return keys.flatMap(key => rest([...path, key]))
    }
    return [{ pointer: jsonPointer(path), why: 'nothing here does the same' }]
  }

  return {
    take,
    peek: (...path) => at(path),
    ignore: (...path) => void done.push(path),
    text: (...path) => {
      const found = take(...path)
      return typeof found === 'string' ? found : null
    },
    number(...path) {
      const found = take(...path)
      return typeof found === 'number' ? found : null
    },
    list(...path) {
      const found = at(path)
      return Array.isArray(found) ? found : []
    },
    lose(why, ...path) {
      if (at(path) === undefined) return
      done.push(path)
      told.push({ pointer: jsonPointer(path), why })
    },
    lost: () => [...told, ...rest([])],
  }
}

function partOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined
  return isMap(value) && Object.hasOwn(value, key) ? value[key as string] : undefined
}

/** A name as it must be here. */
export function asName(text: string | null, otherwise: string): string {
  const name = (text ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return name === '' ? otherwise : name
}

/** What a pipeline needs besides its stages, with the release as its parameter. */
export function pipelineWith(
  name: string,
  application: string,
  stages: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, unknown>> {
  const description = 'What to deploy.'
  return { name, application, parameters: { image: { type: 'string', description } }, stages }
}

/** The release that every imported stage brings. */
export const release = { version: '${{ parameters.image }}', image: '${{ parameters.image }}' }
