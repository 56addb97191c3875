import type { ReactNode } from 'react'
import { useMe } from '@/api/me'
import { ErrorState, LoadingRows, PageHead } from '@/ui'
import { Failed } from './Loaded'

/** A page of the administrators. Nothing of it is loaded for others: they are told that it is not for their role. */
export function AdminOnly({ title, children }: { title: string; children: ReactNode }) {
  const me = useMe()
  if (me.data?.role === 'admin') {
    return (
      <>
        <title>{`${title} · EduMetrics`}</title>
        {children}
      </>
    )
  }
  return (
    <>
      <title>{`${title} · EduMetrics`}</title>
      <PageHead title={title} />
      {me.isPending ? <LoadingRows /> : me.isError ? <Failed error={me.error} again={me.refetch} /> : <ErrorState kind="no-rights" />}
    </>
  )
}
