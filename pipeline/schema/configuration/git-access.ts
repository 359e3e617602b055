import { z } from 'zod'
import { secret } from './secret.ts'

const anAddress = 'an address such as https://git.example.org/shop/delivery.git, ssh://… or file:///…'

const aFile = 'the path of a file, without quotes or percent signs'
const file = z
  .string(aFile)
  .max(4_096, aFile)
  .regex(/^[^-%"'\\\p{Cc}][^%"'\\\p{Cc}]*$/u, aFile)

/** How a git repository is reached. */
export const gitAccess = {
  repository: z
    .string(anAddress)
    .max(1_000, anAddress)
    .regex(/^(https|ssh|file):\/\/[^\s\p{Cc}]+$/u, anAddress)
    .describe('Address of a git repository: `https://`, `ssh://` or `file:///`, without credentials.'),
  token: secret.optional().describe('Of `https`: a token that the repository takes.'),
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
}

const access = z.strictObject(gitAccess)

export type GitAccess = z.output<typeof access>
