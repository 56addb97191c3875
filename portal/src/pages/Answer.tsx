import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asApiError } from '@/api/errors'
import { ErrorState, LoadingRows } from '@/ui'

interface Props<Data> {
  of: UseQueryResult<Data>
  waiting?: ReactNode
  children: (data: Data) => ReactNode
}

/** What a query brought, or what stands in its place. Data of before stays while it is asked again. */
export function Answer<Data>({ of, waiting = <LoadingRows />, children }: Props<Data>) {
  if (of.data !== undefined) return children(of.data)
  if (!of.isError) return waiting
  const error = asApiError(of.error)
  const detail = error.kind === 'invalid' ? error.problem.detail : undefined
  return <ErrorState kind={error.kind} detail={detail} onAgain={() => void of.refetch()} />
}
