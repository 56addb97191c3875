/** What I promised to see to again, and every contact so far. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, downloadCsv, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { LARGEST_PAGE, everyRow, listAddress } from '@/api/lists'
import { useMe } from '@/api/me'
import { useChoice } from '@/choice'
import { CsvButton, ErrorState, LoadingRows, PageHead, Tabs, toast } from '@/ui'
import { AmendContact } from './contact/AmendContact'
import { FinishFollowUp, type Contact } from './contact/FinishFollowUp'
import { FollowUpTable, type ContactActions } from './follow-ups/FollowUpTable'
import { History } from './follow-ups/History'
import { sorted } from './follow-ups/sorted'

type Asked = { what: 'finish' | 'amend'; contact: Contact }

export function Component() {
  const me = useMe()
  const username = me.data?.username
  const mine = useFollowUps(username)
  const [asked, setAsked] = useState<Asked | null>(null)
  const reopen = useReopen()
  const actions: ContactActions = {
    onFinish: (contact) => setAsked({ what: 'finish', contact }),
    onAmend: (contact) => setAsked({ what: 'amend', contact }),
    onReopen: reopen,
  }
  const failed = me.error ?? mine.error
  return (
    <>
      <title>Follow-ups · EduMetrics</title>
      <PageHead
        title="Follow-ups"
        summary="What you agreed to see to again, and every contact with your students."
        actions={
          username !== undefined && (
            <span className="no-print">
              <CsvButton
                what="my follow-ups"
                onDownload={() => downloadCsv(listAddress('/api/interventions/', mineOf(username)), 'follow-ups.csv')}
              />
            </span>
          )
        }
      />
      {mine.data !== undefined && username !== undefined ? (
        <FollowUpTabs username={username} contacts={mine.data} {...actions} />
      ) : failed !== null ? (
        <ErrorState kind={asApiError(failed).kind} onAgain={() => void mine.refetch()} />
      ) : (
        <LoadingRows />
      )}
      {asked?.what === 'finish' && <FinishFollowUp contact={asked.contact} onDone={() => setAsked(null)} />}
      {asked?.what === 'amend' && <AmendContact contact={asked.contact} onDone={() => setAsked(null)} />}
    </>
  )
}

function FollowUpTabs({ username, contacts, ...actions }: ContactActions & { username: string; contacts: Contact[] }) {
  const [query, setQuery] = useSearchParams()
  const { choice } = useChoice()
  const { due, upcoming, done } = sorted(contacts)
  const show = (tab: string) => {
    const next = new URLSearchParams(query)
    next.set('show', tab)
    setQuery(next, { replace: true })
  }
  return (
    <Tabs
      label="Follow-ups"
      value={query.get('show') ?? 'due'}
      onChange={show}
      tabs={[
        {
          value: 'due',
          label: 'Due',
          count: due.length,
          content: <FollowUpTable caption="Follow-ups due" contacts={due} empty="Nothing that you promised is due." {...actions} />,
        },
        {
          value: 'upcoming',
          label: 'Upcoming',
          count: upcoming.length,
          content: (
            <FollowUpTable
              caption="Upcoming follow-ups"
              contacts={upcoming}
              empty="Nothing is planned. A contact that you log can have a day to follow up on."
              {...actions}
            />
          ),
        },
        {
          value: 'done',
          label: 'Done',
          count: done.length,
          content: <FollowUpTable caption="Follow-ups done" contacts={done} done empty="None is done yet." {...actions} />,
        },
        {
          value: 'all',
          label: 'All contacts',
          content: <History username={username} classId={choice.class_id} onAmend={actions.onAmend} />,
        },
      ]}
    />
  )
}

const mineOf = (username: string) => ({ follow_up_by: username, ordering: 'follow_up_on' as const })

/** The contacts with a follow-up of mine. Those without one come after them, and are left. */
function useFollowUps(username: string | undefined) {
  return useQuery({
    queryKey: ['interventions', 'mine', username],
    queryFn: () =>
      everyRow(
        (page) =>
          unwrap(
            api.GET('/api/interventions/', {
              params: { query: { ...mineOf(username ?? ''), page, page_size: LARGEST_PAGE } },
            }),
          ),
        (contact) => contact.follow_up_on === null,
      ),
    enabled: username !== undefined,
  })
}

function useReopen(): (contact: Contact) => void {
  const queries = useQueryClient()
  const reopen = useMutation({
    mutationFn: ({ id }: Contact) =>
      unwrap(
        api.PATCH('/api/interventions/{intervention_id}/', {
          params: { path: { intervention_id: id } },
          body: { follow_up_done: false },
        }),
      ),
    onSuccess: (_, contact) => toast(`The follow-up with ${contact.student_name ?? contact.student_id} is open again`),
    onError: () => toast('It is still marked as done', { description: 'Nothing was changed. Try again in a minute.', urgent: true }),
    onSettled: () => queries.invalidateQueries(),
  })
  return (contact) => reopen.mutate(contact)
}
