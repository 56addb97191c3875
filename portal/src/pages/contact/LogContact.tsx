/** The one dialog in which a contact with a student is logged. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { formatDay } from '@/format'
import { toast } from '@/ui'
import { ContactFields, type ContactText } from './ContactFields'
import { FormDialog } from './FormDialog'
import type { ContactKind } from './kinds'

interface Props {
  student_id: string
  /** Null where the college gives none. */
  name: string | null
  /** Closed: logged or not. */
  onDone: (logged: boolean) => void
  /** What to begin with: a mail that was just written. */
  kind?: ContactKind
}

/** Open as long as it is there: `{logging && <LogContact ... onDone={() => setLogging(false)} />}`. */
export function LogContact({ student_id, name, onDone, kind = 'conversation' }: Props) {
  const who = name ?? student_id
  const [text, setText] = useState<ContactText>({ kind, notes: '', outcome: '', followUpOn: '' })
  const queries = useQueryClient()
  const log = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/interventions/', {
          body: {
            student_id,
            kind: text.kind,
            notes: text.notes,
            outcome: text.outcome,
            follow_up_on: text.followUpOn === '' ? null : text.followUpOn,
          },
        }),
      ),
    onSuccess: (logged) => {
      // The lists, the story, the follow-ups and their count: a contact shows in all of them.
      void queries.invalidateQueries()
      toast(`Contact with ${who} logged`, {
        description: logged.follow_up_on === null ? undefined : `To follow up on ${formatDay(logged.follow_up_on)}.`,
      })
      onDone(true)
    },
  })
  const error = log.error === null ? null : asApiError(log.error)
  const typed = text.notes !== '' || text.outcome !== ''
  return (
    <FormDialog
      title={`Log a contact with ${who}`}
      action="Log contact"
      onSend={() => log.mutate()}
      onCancel={() => onDone(false)}
      busy={log.isPending}
      typed={typed}
      error={error}
      failed="The contact was not logged"
    >
      <ContactFields
        value={text}
        onChange={(change) => setText((before) => ({ ...before, ...change }))}
        errors={error?.fields ?? {}}
      />
    </FormDialog>
  )
}
