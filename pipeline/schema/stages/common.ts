import { z } from 'zod'
import { duration, name, positiveDuration, template } from '../scalars.ts'
import { matrix } from './matrix.ts'
import { windows } from './windows.ts'

const retry = z.strictObject({
  attempts: z.int().min(2).max(20).describe('How often it is tried, the first time included.'),
  backoff: duration
    .prefault('10s')
    .describe('How long to wait before the second attempt; twice as long before each further one, at most an hour.'),
})

/** What the failure of a stage means for the others; `fail` is what happens without a word. */
export const failurePolicies = ['fail', 'fail-branch', 'fail-at-end', 'continue'] as const

/** Keys of every stage. */
export const common = {
  id: name.describe('Unique within the pipeline.'),
  needs: z
    .array(name)
    .max(200)
    .optional()
    .describe('Stages that must end well first. Without it a stage follows the one above; `[]` starts at once.'),
  when: template.optional().describe('An expression; the stage is skipped when it gives false.'),
  timeout: positiveDuration.optional().describe('The stage errors when it takes longer.'),
  retry: retry.optional().describe('Tries again when it fails or errors, after undoing what it did.'),
  onFailure: z
    .enum(failurePolicies)
    .optional()
    .describe(
      '`fail` (the default): the run ends, what runs is canceled; `fail-branch`: what needs this stage does not start, ' +
        'the run may succeed; `fail-at-end`: the same, and the run fails when all else has ended; ' +
        '`continue`: what needs it starts all the same, the run may succeed. What cannot be undone always ends the run.',
    ),
  windows: windows.optional().describe('When it may start; outside of them it waits.'),
  matrix: matrix.optional().describe('One stage for every value, such as `deploy[eu]`.'),
  group: name.optional().describe('Stages with the same word succeed together, or are all taken back, newest first.'),
}

/** Where a stage acts. */
export const place = {
  target: name.describe('A target of the server’s configuration.'),
  service: name.describe('A service of the target.'),
}
