import { z } from 'zod'
import { condition, parameters, source } from './common.ts'

export const registry = z
  .strictObject({
    type: z.literal('registry').describe('An image was pushed, told by a Docker registry, GHCR or Harbor.'),
    source,
    image: z.string().min(1).max(300).describe('Its repository without the host, such as shop/checkout.'),
    tag: z.string().max(500).optional().describe('Regular expression (RE2 syntax) that the tag must match.'),
    when: condition,
    parameters,
  })
  .describe('Knows `image` (`repository`, `tag`, `digest`, `name`) and `payload`.')
