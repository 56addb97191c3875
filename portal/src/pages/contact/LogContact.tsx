/** The one dialog in which a contact with a student is logged. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { formatDay } from '@/format'
import { Button, Dialog, toast } from '@/ui'
import { ContactFields, type ContactText } from './ContactFields'
import { Trouble } from './Trouble'
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
  const form = useId()
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
    <Dialog
      open
      // What was typed is not lost by a press outside; Cancel still closes.
      stays={typed}
      onClose={() => onDone(false)}
      title={`Log a contact with ${who}`}
      actions={
        <>
          <Button onClick={() => onDone(false)}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} busy={log.isPending}>
            Log contact
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          log.mutate()
        }}
      >
        {error !== null && <Trouble error={error} what="The contact was not logged" />}
        <ContactFields
          value={text}
          onChange={(change) => setText((before) => ({ ...before, ...change }))}
          errors={error?.fields ?? {}}
        />
      </form>
    </Dialog>
  )
}
