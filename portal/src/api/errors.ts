/**
 * What can go wrong between the portal and the API, by what the reader can do about it.
 *
 * offline: no answer came · signed-out: nobody is signed in any more · no-rights: not for this role · not-found: not
 * there, or not theirs to see · invalid: the input was refused, see `fields` · conflict: something else is under way ·
 * busy: too many requests, or the service is not ready · server: our fault
 */
export type ErrorKind = 'offline' | 'signed-out' | 'no-rights' | 'not-found' | 'invalid' | 'conflict' | 'busy' | 'server'

/** RFC 9457 problem details as the API sends them. */
export interface Problem {
  type?: string
  title?: string
  status?: number
  detail?: string
  errors?: Record<string, string[]>
}

const KINDS: Record<number, ErrorKind> = {
  400: 'invalid',
  401: 'signed-out',
  403: 'no-rights',
  404: 'not-found',
  409: 'conflict',
  422: 'invalid',
  429: 'busy',
  503: 'busy',
}

export class ApiError extends Error {
  readonly kind: ErrorKind
  readonly problem: Problem

  constructor(kind: ErrorKind, problem: Problem = {}) {
    super(problem.detail ?? problem.title ?? kind)
    this.name = 'ApiError'
    this.kind = kind
    this.problem = problem
  }

  /** Sentences by field name; empty where the error is about no field. */
  get fields(): Record<string, string[]> {
    return this.problem.errors ?? {}
  }
}

/** The error that an answer stands for; `body` is what openapi-fetch parsed, of whatever shape it came. */
export function errorOf(status: number, body: unknown): ApiError {
  const problem = isRecord(body) ? readProblem(body) : {}
  return new ApiError(KINDS[status] ?? (status < 500 ? 'invalid' : 'server'), { ...problem, status })
}

/** Any thrown value as an ApiError. `fetch` throws a TypeError when no answer came. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof TypeError) return new ApiError('offline')
  return new ApiError('server', { detail: error instanceof Error ? error.message : String(error) })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readProblem(body: Record<string, unknown>): Problem {
  return {
    type: text(body.type),
    title: text(body.title),
    detail: text(body.detail),
    errors: isRecord(body.errors) ? readFields(body.errors) : undefined,
  }
}

function readFields(errors: Record<string, unknown>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, said]) => [field, (Array.isArray(said) ? said : [said]).map(String)]),
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
