import { useState, type SyntheticEvent } from 'react'
import { ApiError, asApiError } from '@/api/errors'
import { session } from '@/api/session'
import { Banner, Button, Dialog, TextField } from '@/ui'
import { ForgottenPassword } from './ForgottenPassword'

export function SignInPage() {
  const [forgotten, setForgotten] = useState(false)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-5 py-10">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">EduMetrics</h1>
        <p className="text-sm text-ink-2">Sign in to see who needs you this week.</p>
      </div>
      {forgotten ? (
        <ForgottenPassword onBack={() => setForgotten(false)} />
      ) : (
        <>
          <SignInForm />
          <Button kind="quiet" onClick={() => setForgotten(true)}>
            Forgot your password?
          </Button>
        </>
      )}
    </main>
  )
}

/** Over the page, which stays as it is: what was typed is there after the sign-in. */
export function SignInDialog({ open }: { open: boolean }) {
  return (
    <Dialog
      open={open}
      onClose={() => undefined}
      stays
      covers
      title="Please sign in again"
      description="Your session has ended. The page behind is kept as you left it, with what you typed."
    >
      <SignInForm />
    </Dialog>
  )
}

function SignInForm() {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    setBusy(true)
    setWrong(null)
    try {
      await session.signIn(username, password)
    } catch (error) {
      setWrong(sentenceOf(asApiError(error)))
      setPassword('')
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {wrong !== null && (
        <Banner tone="error" live>
          {wrong}
        </Banner>
      )}
      <TextField label="User name" autoComplete="username" required autoFocus value={username} onChange={(event) => setUsername(event.target.value)} />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button kind="primary" type="submit" busy={busy}>
        Sign in
      </Button>
    </form>
  )
}

function sentenceOf(error: ApiError): string {
  if (error.kind === 'offline') return 'No answer came. Check your network and try again.'
  if (error.kind === 'server') return 'Something went wrong in EduMetrics. Try again in a minute.'
  return error.problem.detail ?? 'User name or password is not right.'
}
