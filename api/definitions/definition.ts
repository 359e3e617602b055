import { createHash } from 'node:crypto'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { TemplateText } from '../../pipeline/templates.ts'
import type { ProblemError } from '../contract/problem.ts'
import { definitionHash } from './definition-hash.ts'

/** One pipeline file, in the version that is in force. */
export interface Definition {
  /** What the file says; the file's own name when it does not say. */
  name: string
  /** The file, inside its directory or repository. */
  source: string
  /** The configured source it comes from; see `SourceState`. */
  origin: string
  /** Commit, or SHA-256 of the text when it comes from a directory. */
  revision: string
  text: string
  problems: ProblemError[]
  /** Null exactly when there are problems. */
  pipeline: Pipeline | null
  definitionHash: string | null
  /** A newer version that is not in force, and why; null when the newest one is. */
  refused: RefusedVersion | null
  /** Reads other texts as if they stood in its place, with the templates that are there. */
  checkHere?: (text: string, file: string) => Checked
}

export interface RefusedVersion {
  revision: string
  problems: ProblemError[]
}

export type Checked = {
  /** What is allowed, but hardly meant. */
  notes: ProblemError[]
} & ({ pipeline: Pipeline; problems: readonly [] } | { pipeline: null; problems: ProblemError[] })

/** Reads the text of a pipeline; `file` is for messages. Without templates it can use none. */
export type Check = (text: string, file: string, templates?: readonly TemplateText[]) => Checked

/** Where a definition stands. */
export interface Place {
  source: string
  origin: string
}

/** No pipeline file is read that is larger. */
export const maxFileSize = 256 * 1024
/** No source has more files. */
export const maxFiles = 2_000

export const isPipelineFile = (name: string): boolean => /^[^.].*\.ya?ml$/.test(name)

/** Without a revision, that is the hash of the text. */
export function toDefinition(place: Place, text: string, check: Check, revision?: string): Definition {
  const { pipeline, problems } = check(text, place.source)
  return {
    ...place,
    name: pipeline?.name ?? statedName(text) ?? baseName(place.source),
    revision: revision ?? createHash('sha256').update(text).digest('hex'),
    text,
    problems: [...problems],
    pipeline,
    definitionHash: pipeline === null ? null : definitionHash(pipeline),
    refused: null,
    checkHere: check,
  }
}

/** A file that cannot even be read as text. */
export function broken(place: Place, message: string, revision = ''): Definition {
  const problems = [problemOf(`${place.source}: ${message}`)]
  const nothing = { text: '', pipeline: null, definitionHash: null, refused: null }
  return { ...place, ...nothing, name: baseName(place.source), revision, problems }
}

export function problemOf(message: string, pointer = ''): ProblemError {
  return { pointer, line: null, column: null, message }
}

/** The name of a file that is not valid, so that a trigger of it can say why instead of "unknown". */
export function statedName(text: string): string | null {
  return /^name:\s*['"]?([a-z0-9][a-z0-9-]{0,62})['"]?\s*(?:#.*)?$/m.exec(text)?.[1] ?? null
}

function baseName(source: string): string {
  return source.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
}
