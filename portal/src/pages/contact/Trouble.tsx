/** What went wrong within a form, whose text is kept. */
import type { ApiError, ErrorKind } from '@/api/errors'
import { Banner } from '@/ui'

const SENTENCES: Partial<Record<ErrorKind, string>> = {
  offline: 'No answer came. What you typed is still here; check your network and try again.',
  busy: 'EduMetrics is busy. What you typed is still here; try again in a minute.',
  server: 'Something went wrong in EduMetrics. What you typed is still here; try again in a minute.',
  'signed-out': 'You are signed out. Sign in and try again.',
}

export function Trouble({ error, what }: { error: ApiError; what: string }) {
  return (
    <Banner tone="error" title={what} live>
      {SENTENCES[error.kind] ?? error.problem.detail ?? 'See what is marked below.'}
    </Banner>
  )
}
