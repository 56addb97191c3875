import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { RouterProvider } from 'react-router'
import { makeQueryClient } from './api/query'
import { session } from './api/session'
import { useSessionState } from './api/use-session'
import { asApiError, type ErrorKind } from './api/errors'
import { SetPasswordPage } from './pages/SetPassword'
import { SignInDialog, SignInPage } from './pages/SignIn'
import { paths } from './paths'
import { makeRouter } from './routes'
import { ErrorState, LoadingRows, Toasts } from './ui'

const queryClient = makeQueryClient()
session.onOtherUser = () => void queryClient.resetQueries()
const router = makeRouter()

export function App() {
  return (
    // The content security policy allows no style elements, and nothing here needs those that Base UI would add.
    <CSPProvider disableStyleElements>
      {/* Whoever has a link to set a password need not be signed in, and may be signed in as somebody else. */}
      {window.location.pathname === paths.setPassword() ? <SetPasswordPage /> : <Portal />}
    </CSPProvider>
  )
}

function Portal() {
  const state = useSessionState()
  const { failed, again } = useStart()
  if (failed !== null) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <ErrorState kind={failed} onAgain={again} />
      </main>
    )
  }
  if (state === 'starting') {
    return (
      <main className="mx-auto max-w-7xl p-6">
        <LoadingRows />
      </main>
    )
  }
  if (state === 'signed-out') return <SignInPage />
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <SignInDialog open={state === 'expired'} />
      <Toasts />
    </QueryClientProvider>
  )
}

function useStart(): { failed: ErrorKind | null; again: () => void } {
  const [failed, setFailed] = useState<ErrorKind | null>(null)
  const start = () => {
    session.start().then(
      () => setFailed(null),
      (error: unknown) => setFailed(asApiError(error).kind),
    )
  }
  useEffect(start, [])
  return { failed, again: start }
}
