import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { Banner, Button, Dialog, toast } from '@/ui'
import { refusalOf } from '../refusal'
import { changesOf, formOf, givenByCollege, type Invitation, type User } from './user'
import { UserForm } from './UserForm'

interface Props {
  user: User
  onClose: () => void
  onInvited: (invitations: Invitation[]) => void
}

/** Changes one account, or invites its owner once more. */
export function EditUser({ user, onClose, onInvited }: Props) {
  const [form, setForm] = useState(formOf(user))
  const client = useQueryClient()
  const path = { username: user.username }
  const changes = changesOf(formOf(user), form)
  const change = useMutation({
    mutationFn: () => unwrap(api.PATCH('/api/users/{username}/', { params: { path }, body: changes })),
    onSuccess: () => {
      toast(`${user.username} is changed`)
      onClose()
      return client.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const invite = useMutation({
    mutationFn: () => unwrap(api.POST('/api/users/{username}/invite/', { params: { path } })),
    onSuccess: (invitation) => {
      onClose()
      onInvited([invitation])
      return client.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const failed = change.error ?? invite.error
  const errors = change.isError ? asApiError(change.error).fields : {}
  const refusal = failed !== null && Object.keys(errors).length === 0 ? refusalOf(failed, TITLES) : null
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`The account ${user.username}`}
      description={user.advisor_id === null ? undefined : `Advisor ${user.advisor_id} in the college's table.`}
      actions={
        <>
          <Button kind="quiet" busy={invite.isPending} disabled={!user.active} onClick={() => invite.mutate()}>
            {user.has_password ? 'New password link' : 'Invite once more'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="edit-user" busy={change.isPending} disabled={Object.keys(changes).length === 0}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-user" onSubmit={submit}>
        <UserForm
          isNew={false}
          form={form}
          onChange={setForm}
          errors={errors}
          byCollege={givenByCollege(user)}
          above={
            refusal !== null && (
              <Banner tone="error" live title={refusal.title}>
                {refusal.text}
              </Banner>
            )
          }
        />
      </form>
    </Dialog>
  )
}

const TITLES = { conflict: 'The account could not be changed', busy: 'EduMetrics is busy' }
