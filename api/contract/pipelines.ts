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
  /** The file, relative to its configured directory. */
  source: z.string(),
  revision: z.string(),
  /** A pipeline that is not valid is refused when it is triggered. */
  valid: z.boolean(),
  problems: z.array(problemError),
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

export const pipelineList = z.object({ items: z.array(pipelineSummary) })

export const validateBody = z.strictObject({ text: z.string().max(250_000) })

export const validation = z.object({
  valid: z.boolean(),
  problems: z.array(problemError),
  /** Null when it is not valid. */
  name: z.string().nullable(),
})

export type Validation = z.output<typeof validation>
