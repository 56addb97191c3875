/** Whether it helped that the student is on the list, and why. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { FormDialog } from '@/pages/contact/FormDialog'
import { TextArea, toast } from '@/ui'
import type { Flag } from './words'

export function FeedbackDialog({ flag, helpful, onDone }: { flag: Flag; helpful: boolean; onDone: () => void }) {
  const who = flag.name ?? flag.student_id
  const [why, setWhy] = useState(flag.feedback?.helpful === helpful ? flag.feedback.why : '')
  const queries = useQueryClient()
  const say = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/flagged/{flag}/feedback/', { params: { path: { flag: flag.id } }, body: { helpful, why } }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries()
      toast('Thank you, what you said is kept', { description: 'It stands with the student in this list.' })
      onDone()
    },
  })
  const error = say.error === null ? null : asApiError(say.error)
  return (
    <FormDialog
      title={helpful ? `It was helpful to see ${who} here` : `It was not helpful to see ${who} here`}
      description="It says nothing about the student, only about the list."
      action="Say so"
      onSend={() => say.mutate()}
      onCancel={onDone}
      busy={say.isPending}
      typed={why !== ''}
      error={error}
      failed="It was not kept"
    >
      <TextArea
        label={helpful ? 'What helped (if you like)' : 'What was wrong (if you like)'}
        rows={2}
        value={why}
        error={error?.fields.why}
        onChange={(event) => setWhy(event.target.value)}
      />
    </FormDialog>
  )
}
