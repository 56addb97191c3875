/** Putting right what a logged contact says; what it said before stays in its history. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { components } from '@/api/__generated__/schema'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { formatDay, formatMoment } from '@/format'
import { Disclosure, LoadingBlock, toast } from '@/ui'
import { ContactFields, type ContactText } from './ContactFields'
import type { Contact } from './FinishFollowUp'
import { FormDialog } from './FormDialog'
import { Trouble } from './Trouble'
import { KIND_WORDS } from './kinds'

type Version = components['schemas']['Version']

export function AmendContact({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const who = contact.student_name ?? contact.student_id
  const [text, setText] = useState<ContactText>({
    kind: contact.kind,
    notes: contact.notes,
    outcome: contact.outcome,
    followUpOn: contact.follow_up_on ?? '',
  })
  const [changed, setChanged] = useState(false)
  const queries = useQueryClient()
  const amend = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/api/interventions/{intervention_id}/', {
          params: { path: { intervention_id: contact.id } },
          body: {
            kind: text.kind,
            notes: text.notes,
            outcome: text.outcome,
            follow_up_on: text.followUpOn === '' ? null : text.followUpOn,
          },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries()
      toast(`The contact with ${who} is put right`)
      onDone()
    },
  })
  const error = amend.error === null ? null : asApiError(amend.error)
  return (
    <FormDialog
      title={`Contact with ${who}`}
      description={`Logged by ${contact.advisor} on ${formatMoment(contact.logged_at)}.`}
      action="Save"
      onSend={() => amend.mutate()}
      onCancel={onDone}
      busy={amend.isPending}
      typed={changed}
      error={error}
      failed="The contact was not changed"
      below={
        contact.amended_at !== null && (
          <div className="pt-4">
            <Disclosure title="What it said before" level={3}>
              <Versions id={contact.id} />
            </Disclosure>
          </div>
        )
      }
    >
      <ContactFields
        value={text}
        onChange={(change) => {
          setText((before) => ({ ...before, ...change }))
          setChanged(true)
        }}
        errors={error?.fields ?? {}}
      />
    </FormDialog>
  )
}

function Versions({ id }: { id: number }) {
  const found = useQuery({
    queryKey: ['interventions', 'one', id],
    queryFn: () => unwrap(api.GET('/api/interventions/{intervention_id}/', { params: { path: { intervention_id: id } } })),
  })
  if (found.isPending) return <LoadingBlock />
  if (found.data === undefined) return <Trouble error={asApiError(found.error)} what="The history could not be loaded" />
  return (
    <ol className="flex flex-col gap-3">
      {found.data.history.map((version) => (
        <li key={version.changed_at} className="text-sm">
          <p className="text-xs text-ink-2">
            Until {formatMoment(version.changed_at)}, changed by {version.changed_by}
          </p>
          <VersionText version={version} />
        </li>
      ))}
    </ol>
  )
}

function VersionText({ version }: { version: Version }) {
  const { follow_up_on: on, follow_up_done_at: done } = version
  return (
    <>
      <p>
        {KIND_WORDS[version.kind]}
        {version.notes !== '' && `: ${version.notes}`}
      </p>
      {version.outcome !== '' && <p>Outcome: {version.outcome}</p>}
      {on !== null && (
        <p>
          Follow up on {formatDay(on)}
          {done !== null && `, done on ${formatDay(done)}`}
        </p>
      )}
    </>
  )
}
