import { kindOf, type Problem, type ProblemKind, problem } from '../contract/problem.ts'

/** The server understood and said no; `problem` says what and why. */
export class ApiProblem extends Error {
  readonly problem: Problem
  /** Null for a kind that this version of the client does not know; `problem.status` still tells its class. */
  readonly kind: ProblemKind | null
  /** Milliseconds after which trying again makes sense; null when the server did not say. */
  readonly retryAfter: number | null

  constructor(body: Problem, headers: Headers = new Headers()) {
    super(body.detail || body.title)
    this.name = 'ApiProblem'
    this.problem = body
    this.kind = kindOf(body.type)
    const seconds = Number(headers.get('retry-after') ?? Number.NaN)
    this.retryAfter = seconds >= 0 ? seconds * 1_000 : null
  }
}

/** Nothing that speaks this API answers at the address. */
export class ServerUnreachable extends Error {
  readonly url: string

  constructor(url: string, cause: unknown) {
    super(`no Slipway server answers at ${url || 'this address'}: ${reasonOf(cause)}`, { cause })
    this.name = 'ServerUnreachable'
    this.url = url
  }
}

/** The problem document of a refusal; one made from the status when something in between answered instead. */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '')
  const parsed = problem.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  return {
    type: 'about:blank',
    title: response.statusText || 'Unexpected answer',
    status: response.status,
    detail: `the server answered ${response.status} without a problem document`,
    requestId: response.headers.get('x-request-id') ?? '',
    errors: [],
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? cause.cause.message || cause.message : cause.message
}
