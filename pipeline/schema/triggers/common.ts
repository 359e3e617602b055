import { z } from 'zod'
import { parameterName, scalar } from '../parameter.ts'
import { name, template } from '../scalars.ts'

/** What the run is given: values, or expressions on what the trigger knows. */
const mapping = z.record(parameterName, scalar)

export const source = name.describe('Name of a source under `hooks` in the server’s configuration.')

export const condition = template.optional().describe('Starts only when this holds: `${{ … }}` that gives true.')

export const parameters = mapping
  .optional()
  .describe('Parameter → value, or `${{ … }}`. Types are not converted: write string(…) where text is needed.')
