import { z } from 'zod'
import { type ProblemKind, problem, problemKinds } from './problem.ts'
import { commonProblems, csrfHeader, type Route, routes } from './routes.ts'

type Schema = Readonly<Record<string, unknown>>

/** The contract as an OpenAPI 3.1 document; plain JSON. `version` is that of the server. */
export function openapi(version: string, of: Readonly<Record<string, Route>> = routes) {
  const byPath = Map.groupBy(Object.keys(of), operation => of[operation]!.path)
  const paths = [...byPath].map(([path, operations]) => [
    path,
    Object.fromEntries(operations.map(operation => [of[operation]!.method, operationOf(operation, of[operation]!)])),
  ])
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Slipway', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }, description },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(paths) as Record<string, Record<string, ReturnType<typeof operationOf>>>,
    components: {
      schemas: {
        Problem: schemaOf(problem, 'output'),
        Json: { description: 'Whatever JSON can say.' },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'slipway-session',
          description: `The cookie of a browser that has signed in; unsafe methods need the header \`${csrfHeader}: 1\`, too.`,
        },
      },
    },
  }
}

const description = `Everything Slipway does can be done over HTTP.

Refusals are problem documents (RFC 9457) whose \`type\` is stable. Lists are read page by page with \`next\`. What is
deprecated goes on for at least two minor versions and half a year, and answers with \`Deprecation\` and \`Sunset\` headers
meanwhile. What has an \`ETag\` is not sent again to whoever names it in \`If-None-Match\` (304). That of a run names a state:
sent as \`If-Match\` with what is said to the run, it is refused with 412 when the run has got past it. Every answer says how many requests are left to its caller (\`RateLimit-Limit\`, \`RateLimit-Remaining\`,
\`RateLimit-Reset\` in seconds); one too many is refused with 429 and \`Retry-After\`.`

function operationOf(operation: string, route: Route) {
  return {
    operationId: operation,
    summary: route.summary,
    ...(route.deprecated === undefined ? {} : { deprecated: true }),
    tags: [tagOf(route.path)],
    'x-permission': route.permission,
    security: route.permission === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...parameters('header', route.headers),
    ],
    ...(route.body === null ? {} : { requestBody: requestBody(route.body) }),
    responses: responses(route),
  }
}

/** `/api/v1/executions/{id}` is about executions, `/healthz` about the server. */
function tagOf(path: string): string {
  const [, first] = /^\/api\/v1\/([a-z-]+)/.exec(path) ?? []
  return first ?? 'server'
}

function parameters(place: 'path' | 'query' | 'header', shape: z.ZodObject) {
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
    // A list is one value with commas.
    ...(place === 'query' ? { style: 'form', explode: false } : {}),
  }))
}

function requestBody(body: z.ZodType) {
  return {
    // What has a default may be left out.
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: schemaOf(body, 'input') } },
  }
}

function responses({ success, problems, versioned }: Route): Record<string, Schema> {
  const { status, type, schema } = success
  const answer = {
    description: status === 202 ? 'Accepted; it goes on by itself.' : 'Done.',
    ...(versioned === undefined ? {} : { headers: { ETag: { schema: { type: 'string' } } } }),
    ...(status === 204 ? {} : { content: { [type]: { schema: bodyOf(type, schema) } } }),
  }
  const unchanged = versioned === undefined ? {} : { '304': { description: '`If-None-Match` names this very answer.' } }
  const byStatus = Map.groupBy([...new Set([...commonProblems, ...problems])], kind => problemKinds[kind].status)
  const refusals = [...byStatus].sort(([a], [b]) => a - b).map(([code, kinds]) => [String(code), refusal(kinds)])
  return { [String(status)]: answer, ...unchanged, ...Object.fromEntries(refusals) }
}

/** An event stream and plain text are text to whoever checks them. */
function bodyOf(type: Route['success']['type'], schema: z.ZodType): Schema {
  return type === 'application/json' ? schemaOf(schema, 'output') : { type: 'string' }
}

function refusal(kinds: readonly ProblemKind[]): Schema {
  return {
    description: kinds.map(kind => `\`${kind}\`: ${problemKinds[kind].title}.`).join(' '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

/** Anything JSON can say refers to itself, which it must do from the root of the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
  const text = JSON.stringify(rest).replaceAll(/"#\/\$defs\/(\w+)"/g, (_, name) => {
    if (JSON.stringify($defs[name]).replaceAll(name, '__schema0') === anyJson) return '"#/components/schemas/Json"'
    throw new Error(`a schema of the contract refers to itself and is not z.json(): ${JSON.stringify($defs[name])}`)
  })
  return JSON.parse(text)
}

const anyJson = JSON.stringify(z.toJSONSchema(z.object({ any: z.json() })).$defs?.__schema0)
