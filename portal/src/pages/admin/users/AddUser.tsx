import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { UserPlus } from 'lucide-react'
import { useState, type SyntheticEvent } from 'react'
import { Banner, Button, Dialog } from '@/ui'
import { refusalOf } from '../refusal'
import { NEW_FORM, type Form, type Invitation } from './user'
import { UserForm } from './UserForm'

export function AddUser({ onInvited }: { onInvited: (invitations: Invitation[]) => void }) {
  const [form, setForm] = useState<Form | null>(null)
  const client = useQueryClient()
  const add = useMutation({
    mutationFn: ({ username, name, email, role, classes, branches }: Form) =>
      unwrap(
        api.POST('/api/users/', {
          body: { username, name, email, role, ...(role === 'advisor' && { classes }), ...(role === 'coordinator' && { branches }) },
        }),
      ),
    onSuccess: ({ invitation }) => {
      setForm(null)
      onInvited([invitation])
      return client.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (form !== null) add.mutate(form)
  }
  const errors = add.isError ? asApiError(add.error).fields : {}
  const refusal = add.isError && Object.keys(errors).length === 0 ? refusalOf(add.error, TITLES) : null
  return (
    <>
      <Button
        kind="primary"
        icon={<UserPlus size={15} aria-hidden />}
        onClick={() => {
          add.reset()
          setForm(NEW_FORM)
        }}
      >
        Add a user
      </Button>
      <Dialog
        open={form !== null}
        onClose={() => setForm(null)}
        title="Add a user"
        description="They get a one-time link with which they set a password."
        actions={
          <>
            <Button onClick={() => setForm(null)}>Cancel</Button>
            <Button kind="primary" type="submit" form="add-user" busy={add.isPending}>
              Add and invite
            </Button>
          </>
        }
      >
        <form id="add-user" onSubmit={submit}>
          {form !== null && (
            <UserForm
              isNew
              form={form}
              onChange={setForm}
              errors={errors}
              above={
                refusal !== null && (
                  <Banner tone="error" live title={refusal.title}>
                    {refusal.text}
                  </Banner>
                )
              }
            />
          )}
        </form>
      </Dialog>
    </>
  )
}

const TITLES = { conflict: 'The account could not be added', busy: 'EduMetrics is busy' }
