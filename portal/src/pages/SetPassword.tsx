/** Setting a password by a one-time link; whoever has it need not be signed in. */
import { useState, type SyntheticEvent } from 'react'
import { unwrap } from '@/api/client'
import { asApiError, type ApiError } from '@/api/errors'
import { openApi } from '@/api/open'
import { paths } from '@/paths'
import { Banner, Button } from '@/ui'
import { ForgottenPassword } from './ForgottenPassword'
import { NO_PASSWORD, NewPassword, agree } from './account/NewPassword'
import { readLink, type OneTimeLink } from './account/link'
import { Trouble } from './contact/Trouble'

export function SetPasswordPage() {
  const [link] = useState(() => readLink(window.location.hash))
  const [isSet, setIsSet] = useState(false)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-5 py-10">
      <title>Set a password · EduMetrics</title>
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Set a password</h1>
        <p className="text-sm text-ink-2">For your account in EduMetrics.</p>
      </div>
      {isSet ? <Done /> : link === null ? <Broken /> : <SetPasswordForm link={link} onSet={() => setIsSet(true)} />}
    </main>
  )
}

function SetPasswordForm({ link, onSet }: { link: OneTimeLink; onSet: () => void }) {
  const [typed, setTyped] = useState(NO_PASSWORD)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (agree(typed) !== true) return
    setBusy(true)
    setError(null)
    try {
      await unwrap(openApi.POST('/api/password/set/', { body: { ...link, new: typed.password } }))
      onSet()
    } catch (reason) {
      setError(asApiError(reason))
    } finally {
      setBusy(false)
    }
  }
  const ofLink = [...(error?.fields.token ?? []), ...(error?.fields.uid ?? [])]
  if (ofLink.length > 0) return <Broken sentence={ofLink.join(' ')} />
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {error !== null && <Trouble error={error} what="The password is not set" />}
      <NewPassword value={typed} onChange={setTyped} errors={error?.fields.new} />
      <Button kind="primary" type="submit" busy={busy}>
        Set password
      </Button>
    </form>
  )
}

function Done() {
  return (
    <>
      <Banner tone="good" live title="Your password is set">
        The link is used up. You can sign in now.
      </Banner>
      <Button kind="primary" onClick={goHome}>
        Go to the sign-in
      </Button>
    </>
  )
}

function Broken({ sentence = 'The link is not whole: open it again from the mail, all of it.' }: { sentence?: string }) {
  return (
    <>
      <Banner tone="error" live title="This link does not work">
        {sentence}
      </Banner>
      <ForgottenPassword onBack={goHome} />
    </>
  )
}

function goHome(): void {
  window.location.assign(paths.home())
}
