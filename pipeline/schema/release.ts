import { z } from 'zod'
import { name, template } from './scalars.ts'
import { isMap, worded } from './words.ts'

const aRelease = 'a release, or one expression such as ${{ stages.canary.release }}'

/** The bundle to deploy; or one expression that gives the release of an earlier stage. */
export const release = worded(
  z.union([
    z.strictObject({
      version: template.min(1, 'not empty').describe('What people call it.'),
      command: z.array(template).min(1).max(100).optional().describe('Process targets: program and arguments.'),
      image: template.optional().describe('Container targets: the image.'),
      env: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _'), template)
        .optional()
        .describe('Environment variables.'),
      config: z.array(name).max(100).optional().describe('Names of configuration objects that move with the release.'),
      digest: template.optional().describe('Digest of the image, when it is known already.'),
    }),
    z.string(aRelease).regex(/^\$\{\{[\s\S]*\}\}$/, aRelease),
  ]),
  aRelease,
  input => {
    if (isMap(input)) return 0
    return typeof input === 'string' ? 1 : null
  },
).describe('What is deployed: a bundle, or one expression that gives the release of an earlier stage.')

export type ReleaseTemplate = z.output<typeof release>
