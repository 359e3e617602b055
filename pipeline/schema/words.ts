import { z } from 'zod'

/** How messages speak of a schema that zod cannot describe by itself; see `parse.ts`. */
interface Words {
  /** After "must be": `a percentage such as 1%`. */
  takes: string
  /** Of a union: the branch that was meant, whose problems are told; null when none was. */
  meant?(input: unknown): number | null
}

export const words = z.registry<Words>()

/** Adds words to a schema. */
export function worded<T extends z.ZodType>(schema: T, takes: string, meant?: Words['meant']): T {
  words.add(schema, meant === undefined ? { takes } : { takes, meant })
  return schema
}

export function isMap(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}
