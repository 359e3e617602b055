import { z } from 'zod'
import { name, positiveDuration, template } from '../scalars.ts'

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
}

/** Where a stage acts. */
export const place = {
  target: name.describe('A target of the server’s configuration.'),
  service: name.describe('A service of the target.'),
}
