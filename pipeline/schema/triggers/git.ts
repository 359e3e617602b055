import { z } from 'zod'
import { condition, parameters, source } from './common.ts'

export const git = z
  .strictObject({
    type: z.literal('git').describe('A push, told by a GitHub or GitLab source.'),
    source,
    repository: z.string().min(1).max(300).optional().describe('Only this repository, `owner/name`.'),
    branch: z.string().min(1).max(200).default('main').describe('Only this branch; `*` stands for any part of it.'),
    paths: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(50)
      .optional()
      .describe('Only when a file below one of these folders, or one that fits such a pattern, has changed.'),
    when: condition,
    parameters,
  })
  .describe(
    'Knows `push` (`repository`, `branch`, `commit`, `by`, `message`) and `payload`. Deleted branches are none.',
  )
