import { z } from 'zod'
import { problemError } from './problem.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

const parameter = z.object({
  type: z.enum(['string', 'number', 'boolean']),
  description: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(scalar).optional(),
  default: scalar.optional(),
})

export const pipelineSummary = z.object({
  name: z.string(),
  /** Null when the file cannot be read as a pipeline. */
  application: z.string().nullable(),
  description: z.string().nullable(),
  /** The file, inside its directory or repository. */
  source: z.string(),
  /** The configured source: a folder, or address and branch of a repository. */
  origin: z.string(),
  /** Commit, or SHA-256 of the text when it comes from a directory. */
  revision: z.string(),
  /** A pipeline that is not valid is refused when it is triggered. */
  valid: z.boolean(),
  problems: z.array(problemError),
  /** A newer version that is not in force, and why; what is shown and what runs is the last good one. */
  refused: z.object({ revision: z.string(), problems: z.array(problemError) }).nullable(),
  parameters: z.record(z.string(), parameter),
  stages: z.array(z.object({ id: z.string(), type: z.string(), needs: z.array(z.string()) })),
})

export type PipelineSummary = z.output<typeof pipelineSummary>

export const pipelineDetail = pipelineSummary.extend({
  /** As it is in the file. */
  text: z.string(),
  /** As it would run: durations in milliseconds, percentages as fractions. Null when it is not valid. */
  definition: z.json().nullable(),
  definitionHash: z.string().nullable(),
})

export type PipelineDetail = z.output<typeof pipelineDetail>

/** Where pipelines are read from, and how that goes. */
export const pipelineSourceState = z.object({
  type: z.enum(['directory', 'repository']),
  origin: z.string(),
  /** The commit in force. */
  revision: z.string().nullable(),
  /** When the remote last answered. */
  checkedAt: z.string().nullable(),
  /** What is wrong with it now; what was read last stays in force. */
  problem: z.string().nullable(),
})

export type PipelineSourceState = z.output<typeof pipelineSourceState>

export const pipelineList = z.object({ items: z.array(pipelineSummary), sources: z.array(pipelineSourceState) })
