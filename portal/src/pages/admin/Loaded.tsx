import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asApiError } from '@/api/errors'
import { ErrorState, LoadingRows } from '@/ui'

interface Props<Data> {
  query: UseQueryResult<Data>
  children: (data: Data) => ReactNode
  rows?: number
}

/** What a query brought, or in its place that it is on its way or what went wrong. Old data stays while offline. */
export function Loaded<Data>({ query, children, rows }: Props<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <Failed error={query.error} again={query.refetch} />
  return <LoadingRows rows={rows} />
}

export function Failed({ error, again }: { error: unknown; again: () => unknown }) {
  const { kind, problem } = asApiError(error)
  return <ErrorState kind={kind} detail={kind === 'invalid' ? problem.detail : undefined} onAgain={() => void again()} />
}
