import { z } from 'zod'
import { name, positiveDuration, template } from '../scalars.ts'
import { common } from './common.ts'

const method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

const aQuery = 'a JSONPath to one value, such as $.status or $.build.id'

/** No filters and wildcards: it names one place. */
export const jsonPath = z
  .string(aQuery)
  .max(500, aQuery)
  .regex(/^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[\d{1,4}\]|\['[^'\\]{1,200}'\])*$/, aQuery)

const words = z.array(z.string().min(1).max(200)).max(50)

const id = jsonPath.optional().describe('Where the answer of the call says which one it is: replaces `{id}` in `path`.')

const path = template.startsWith('/', 'a path that starts with /').describe('Below the base address of the connection.')

const poll = z.strictObject({
  path: path
    .optional()
    .describe('What is asked; `{id}` is replaced. Without it the address in `location` of the answer.'),
  id,
  url: jsonPath
    .optional()
    .describe('Instead of `path`: where the answer says which address to ask; one the connection allows.'),
  interval: positiveDuration.prefault('10s').describe('Time between two questions.'),
  status: jsonPath.describe('Where its answer says how far it is.'),
  success: words.min(1).describe('Values that mean it has ended well.'),
  failure: words.prefault([]).describe('Values that mean it has failed.'),
  canceled: words.prefault([]).describe('Values that mean somebody ended it.'),
  progress: jsonPath.optional().describe('Where it says what it does, for whoever watches.'),
})

const cancel = z.strictObject({
  method: method.default('POST').describe('HTTP method.'),
  path: path.describe('What is called when the stage ends before its time; `{id}` is replaced.'),
  id,
})

export const webhook = z
  .strictObject({
    ...common,
    type: z.literal('webhook'),
    connection: name.describe('A connection of the server’s configuration, of type `http`.'),
    method: method.default('POST').describe('HTTP method.'),
    path: path.default('/'),
    body: template.optional().describe('Sent as it is.'),
    contentType: z.string().max(200).default('application/json').describe('Of the body.'),
    poll: poll.optional().describe('What was begun goes on by itself: ask until it has ended.'),
    cancel: cancel.optional().describe('How what was begun is stopped.'),
  })
  .describe('Calls a service: 2xx is well, 4xx fails, 429 and 5xx are tried again.')
