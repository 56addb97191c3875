/** Changing one's own password. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { session } from '@/api/session'
import { Trouble } from '@/pages/contact/Trouble'
import { Button, TextField, toast } from '@/ui'
import { NO_PASSWORD, NewPassword, agree } from './NewPassword'

export function ChangePassword({ username }: { username: string }) {
  const [old, setOld] = useState('')
  const [typed, setTyped] = useState(NO_PASSWORD)
  const change = useMutation({
    mutationFn: async () => {
      await unwrap(api.POST('/api/password/', { body: { old, new: typed.password } }))
      // Every session has ended with it, this one too.
      await session.signIn(username, typed.password)
    },
    onSuccess: () => {
      setOld('')
      setTyped(NO_PASSWORD)
      toast('Your password is changed', { description: 'Everywhere else you are signed out.' })
    },
  })
  const error = change.error === null ? null : asApiError(change.error)
  return (
    <form
      className="flex max-w-sm flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (agree(typed) === true) change.mutate()
      }}
    >
      {error !== null && <Trouble error={error} what="Your password is not changed" />}
      {/* Password managers look for it. */}
      <input type="text" autoComplete="username" value={username} readOnly hidden />
      <TextField
        label="Present password"
        type="password"
        autoComplete="current-password"
        required
        value={old}
        error={error?.fields.old}
        onChange={(event) => setOld(event.target.value)}
      />
      <NewPassword value={typed} onChange={setTyped} errors={error?.fields.new} />
      <div>
        <Button kind="primary" type="submit" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  )
}
