import { z } from 'zod'
import { name, positiveDuration } from '../scalars.ts'
import { isMap, worded } from '../words.ts'
import { gitAccess } from './git-access.ts'

const directory = z
  .strictObject({
    directory: z.string().min(1).max(4_096).describe('Folder with pipeline files; relative to this file.'),
  })
  .describe('A folder of this machine. A file is in force as it is now; its revision is a hash of its text.')

const repository = z
  .strictObject({
    ...gitAccess,
    branch: z.string().min(1).max(200).default('main').describe('The branch whose newest commit is in force.'),
    path: z
      .string('a folder or a pattern such as pipelines or teams/*/deploy/*.yaml')
      .max(200)
      .regex(/^(?![/-])[^\s\p{Cc}\\]*$/u, 'a folder or a pattern such as pipelines or teams/*/deploy/*.yaml')
      .default('pipelines')
      .describe('A folder (its `.yaml` and `.yml` files, not below it), or a pattern with `*`, `**` and `?`.'),
    report: z
      .strictObject({
        connection: name.describe('A connection of type `github`.'),
        as: z
          .enum(['status', 'check'])
          .default('status')
          .describe(
            'A commit status, or a check run with notes on lines, for which the token has to be that of an app.',
          ),
      })
      .optional()
      .describe('Where commits that are not valid are told so, and the next one that is.'),
    poll: positiveDuration.prefault('30s').describe('How often the remote is asked.'),
  })
  .describe('A branch of a git repository. What is in force is known by its commit.')

/** Where pipelines are read from. */
export const pipelineSource = worded(
  z.union([directory, repository]),
  'a map with "directory" or with "repository"',
  input => {
    if (!isMap(input)) return null
    if (Object.hasOwn(input, 'repository')) return 1
    return Object.hasOwn(input, 'directory') ? 0 : null
  },
)

export type RepositorySource = z.output<typeof repository>
export type PipelineSource = z.output<typeof pipelineSource>
