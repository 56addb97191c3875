/** Asking for a one-time link by mail. */
import { useState, type SyntheticEvent } from 'react'
import { unwrap } from '@/api/client'
import { asApiError, type ApiError } from '@/api/errors'
import { openApi } from '@/api/open'
import { Banner, Button, TextField } from '@/ui'
import { Trouble } from './contact/Trouble'

export function ForgottenPassword({ onBack }: { onBack: () => void }) {
  const [username, setUsername] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const [answer, setAnswer] = useState<string | null>(null)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      setAnswer((await unwrap(openApi.POST('/api/password/forgotten/', { body: { username } }))).detail)
    } catch (reason) {
      setError(asApiError(reason))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {error !== null && <Trouble error={error} what="No link was asked for" />}
      {answer !== null && (
        <Banner tone="info" live>
          {answer}
        </Banner>
      )}
      <TextField
        label="User name"
        autoComplete="username"
        required
        hint="A link to set a new password goes to the mail address on record."
        value={username}
        error={error?.fields.username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <Button kind="primary" type="submit" busy={busy}>
        Ask for a link
      </Button>
      <Button onClick={onBack}>Back to the sign-in</Button>
    </form>
  )
}
