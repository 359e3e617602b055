import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { isMap, worded } from '../words.ts'
import { secret } from './secret.ts'

const directory = z
  .strictObject({
    directory: z.string().min(1).max(4_096).describe('Folder with pipeline files; relative to this file.'),
  })
  .describe('A folder of this machine. A file is in force as it is now; its revision is a hash of its text.')

const anAddress = 'an address such as https://git.example.org/shop/delivery.git, ssh://… or file:///…'

const aFile = 'the path of a file, without quotes or percent signs'
const file = z
  .string(aFile)
  .max(4_096, aFile)
  .regex(/^[^-%"'\\\p{Cc}][^%"'\\\p{Cc}]*$/u, aFile)

const repository = z
  .strictObject({
    repository: z
      .string(anAddress)
      .max(1_000, anAddress)
      .regex(/^(https|ssh|file):\/\/[^\s\p{Cc}]+$/u, anAddress)
      .describe('Address of a git repository: `https://`, `ssh://` or `file:///`, without credentials.'),
    branch: z.string().min(1).max(200).default('main').describe('The branch whose newest commit is in force.'),
    path: z
      .string('a folder or a pattern such as pipelines or teams/*/deploy/*.yaml')
      .max(200)
      .regex(/^(?![/-])[^\s\p{Cc}\\]*$/u, 'a folder or a pattern such as pipelines or teams/*/deploy/*.yaml')
      .default('pipelines')
      .describe('A folder (its `.yaml` and `.yml` files, not below it), or a pattern with `*`, `**` and `?`.'),
    token: secret.optional().describe('Of `https`: a token that may read the repository.'),
    user: z
      .string('a user name')
      .max(200, 'a user name')
      .regex(/^[^\s:\p{Cc}]+$/u, 'a user name without a colon')
      .optional()
      .describe('The name that goes with the token, where the host wants a certain one; else `x-access-token`.'),
    caFile: file.optional().describe('Of `https`: the authorities that are trusted, instead of those of the system.'),
    keyFile: file
      .optional()
      .describe('Of `ssh`: the private key, which only the user of the server may read; else the agent is asked.'),
    knownHostsFile: file
      .optional()
      .describe('Of `ssh`: the keys of hosts that are trusted; else the `known_hosts` of the user and the system.'),
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
