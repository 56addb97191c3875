/** Putting a flag off, with a reason and a day. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { formatDay } from '@/format'
import { FormDialog } from '@/pages/contact/FormDialog'
import { dayFromNow } from '@/pages/contact/kinds'
import { TextArea, TextField, toast } from '@/ui'
import type { Flag } from './words'

const LONGEST = 56

export function SnoozeDialog({ flag, onDone }: { flag: Flag; onDone: () => void }) {
  const who = flag.name ?? flag.student_id
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState(() => dayFromNow(7))
  const queries = useQueryClient()
  const putOff = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/flagged/{flag}/snooze/', { params: { path: { flag: flag.id } }, body: { reason, until } })),
    onSuccess: (made) => {
      void queries.invalidateQueries()
      toast(`${who} is put off until ${formatDay(made.until)}`, { description: 'You find the student under In progress.' })
      onDone()
    },
  })
  const error = putOff.error === null ? null : asApiError(putOff.error)
  return (
    <FormDialog
      title={`Not this week: ${who}`}
      description="Until then the student counts as in progress, and comes back at once if it gets worse."
      action="Put off"
      onSend={() => putOff.mutate()}
      onCancel={onDone}
      busy={putOff.isPending}
      typed={reason !== ''}
      error={error}
      failed="The student was not put off"
    >
      <TextArea
        label="Reason"
        hint="So that you and your colleagues know why: on sick leave until Monday."
        rows={2}
        required
        value={reason}
        error={error?.fields.reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="w-44">
        <TextField
          label="Until"
          type="date"
          required
          min={dayFromNow(0)}
          max={dayFromNow(LONGEST)}
          value={until}
          error={error?.fields.until}
          onChange={(event) => setUntil(event.target.value)}
        />
      </div>
    </FormDialog>
  )
}
