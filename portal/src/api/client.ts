/** The API, with the types of its OpenAPI document. */
import createClient from 'openapi-fetch'
import type { paths } from './__generated__/schema'
import type { WeekChoice } from '@/paths'
import { asApiError, errorOf } from './errors'
import { listAddress } from './lists'
import { session, type Session } from './session'

/** `fetch` with the session's access token. A refused token is renewed once and the request is sent again. */
export function authorisedFetch(of: Session): (request: Request) => Promise<Response> {
  return async (request) => {
    const again = request.clone()
    const token = await of.token()
    const response = await fetch(withToken(request, token))
    if (response.status !== 401) return response
    return fetch(withToken(again, await of.tokenAfter(token)))
  }
}

function withToken(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`)
  return request
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: authorisedFetch(session) })

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/**
 * The data of an answer of `api`; throws an ApiError otherwise. `await unwrap(api.GET('/api/me/'))`
 *
 * A list can also be had as CSV, a text; that is what `downloadCsv` is for.
 */
export async function unwrap<Data>(answer: Promise<Answer<Data>>): Promise<Exclude<Data, string>> {
  const { data, error, response } = await answer.catch((reason: unknown) => {
    throw asApiError(reason)
  })
  if (!response.ok) throw errorOf(response.status, error)
  return data as Exclude<Data, string> // 204 has no data, and its type says so
}

/** A list as a CSV file, by the same address as the page shows. */
export async function downloadCsv(address: string, name: string): Promise<void> {
  const url = new URL(address, window.location.origin)
  url.searchParams.set('format', 'csv')
  await download(url, name)
}

/** The weekly briefing of a class as a PDF. */
export async function downloadBriefing(classId: string, week: Pick<WeekChoice, 'semester' | 'week'>): Promise<void> {
  const address = listAddress(`/api/classes/${encodeURIComponent(classId)}/briefing/`, week)
  await download(new URL(address, window.location.origin), `briefing-${classId}-week-${week.week}.pdf`)
}

async function download(url: URL, name: string): Promise<void> {
  const response = await authorisedFetch(session)(new Request(url)).catch((reason: unknown) => {
    throw asApiError(reason)
  })
  if (!response.ok) throw errorOf(response.status, await response.json().catch(() => null))
  save(await response.blob(), name)
}

/** A file that the browser saves. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

