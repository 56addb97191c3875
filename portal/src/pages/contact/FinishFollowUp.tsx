/** Saying that a follow-up is done, and what came of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { components } from '@/api/__generated__/schema'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { TextArea, toast } from '@/ui'
import { FormDialog } from './FormDialog'

export type Contact = components['schemas']['Intervention']

export function FinishFollowUp({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const who = contact.student_name ?? contact.student_id
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
    <FormDialog
      title={`Mark the follow-up with ${who} as done`}
      description="If you talked again, log it as a new contact too."
      action="Mark as done"
      onSend={() => finish.mutate()}
      onCancel={onDone}
      busy={finish.isPending}
      typed={outcome !== contact.outcome}
      error={error}
      failed="It is not marked as done"
    >
      <TextArea
        label="Outcome"
        hint="What came of it. What it said before is kept in the history."
        rows={3}
        value={outcome}
        error={error?.fields.outcome}
        onChange={(event) => setOutcome(event.target.value)}
      />
    </FormDialog>
  )
}
