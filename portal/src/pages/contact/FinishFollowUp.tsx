/** Saying that a follow-up is done, and what came of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { components } from '@/api/__generated__/schema'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { Button, Dialog, TextArea, toast } from '@/ui'
import { Trouble } from './Trouble'

export type Contact = components['schemas']['Intervention']

export function FinishFollowUp({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const who = contact.student_name ?? contact.student_id
  const form = useId()
  const [outcome, setOutcome] = useState(contact.outcome)
  const queries = useQueryClient()
  const finish = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/api/interventions/{intervention_id}/', {
          params: { path: { intervention_id: contact.id } },
          body: { follow_up_done: true, outcome },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries()
      toast(`Follow-up with ${who} is done`)
      onDone()
    },
  })
  const error = finish.error === null ? null : asApiError(finish.error)
  return (
    <Dialog
      open
      stays={outcome !== contact.outcome}
      onClose={onDone}
      title={`Follow-up with ${who} is done`}
      description="If you talked again, log it as a new contact too."
      actions={
        <>
          <Button onClick={onDone}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} busy={finish.isPending}>
            Mark as done
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          finish.mutate()
        }}
      >
        {error !== null && <Trouble error={error} what="It is not marked as done" />}
        <TextArea
          label="Outcome"
          hint="What came of it. What it said before is kept in the history."
          rows={3}
          value={outcome}
          error={error?.fields.outcome}
          onChange={(event) => setOutcome(event.target.value)}
        />
      </form>
    </Dialog>
  )
}
