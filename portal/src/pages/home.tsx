/** This week: whom to contact first, in order and why, and what is under way. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, downloadCsv, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { listAddress } from '@/api/lists'
import { useMe } from '@/api/me'
import { useChoice } from '@/choice'
import { formatNumber } from '@/format'
import { paths, type WeekChoice } from '@/paths'
import { CsvButton, Disclosure, Empty, ErrorState, Link, LoadingRows, PageHead, Section, toast } from '@/ui'
import { LogContact } from './contact/LogContact'
import type { ContactKind } from './contact/kinds'
import { useWrite } from './contact/use-write'
import { CapacityField, useCapacity } from './home/Capacity'
import { FeedbackDialog } from './home/FeedbackDialog'
import { FlagList, countIn } from './home/FlagList'
import type { FlagActions } from './home/FlagRow'
import { FollowUpsDue } from './home/FollowUpsDue'
import { SnoozeDialog } from './home/SnoozeDialog'
import { MovementLine, WeekNotices, WeekSummary } from './home/WeekSummary'
import { useClassWeeks, useFlags, usePolicy, type FlagQuery, type ListName } from './home/use-week'
import { defaultPlaces, policyNumber, publishedWeek, type Flag } from './home/words'

export function Component() {
  const me = useMe()
  if (me.isPending) return <LoadingRows />
  if (me.data === undefined) {
    const error = asApiError(me.error)
    return <ErrorState kind={error.kind} detail={error.problem.detail} onAgain={() => void me.refetch()} />
  }
  return <Week />
}

function Week() {
  const me = useMe().data
  const { choice, choose } = useChoice()
  const published = publishedWeek(me?.classes ?? [], choice.class_id)
  const week = choice.week ?? published
  const inWeek = useClassWeeks(choice.semester, week).data ?? []
  const classWeeks = inWeek.filter((one) => choice.class_id === undefined || one.class_id === choice.class_id)
  const capacity = useCapacity()
  const share = policyNumber(usePolicy().data?.numbers ?? [], 'triage.capacity_share')
  const onRolls = inWeek.map((one) => one.on_roll)
  const places = share === null || onRolls.length === 0 ? null : defaultPlaces(onRolls, share, me?.role === 'advisor')
  if (week === null || published === null) return <NothingPublished />
  const query: FlagQuery = { ...choice, capacity: capacity.value }
  return (
    <>
      <title>This week · EduMetrics</title>
      <PageHead
        title="This week"
        summary={<WeekSummary week={week} classWeeks={classWeeks} choice={choice} />}
        actions={
          <div className="flex flex-wrap items-center gap-x-8 gap-y-2">
            <CapacityField capacity={capacity} places={places} />
            <MovementLine classWeeks={classWeeks} />
          </div>
        }
      />
      <WeekNotices
        week={week}
        published={published}
        classWeeks={classWeeks}
        choice={choice}
        onPublished={() => choose({ week: undefined })}
      />
      <Lists query={query} choice={choice} withClass={(me?.class_count ?? 0) > 1} />
      <FollowUpsDue />
    </>
  )
}

function NothingPublished() {
  return (
    <>
      <title>This week · EduMetrics</title>
      <PageHead title="This week" />
      <Empty title="There is no week to show yet">
        No class is assigned to you, or nothing is published of yours. An admin of EduMetrics can see to both.
      </Empty>
    </>
  )
}

type Asked =
  | { what: 'log'; student_id: string; name: string | null; kind: ContactKind }
  | { what: 'snooze'; flag: Flag }
  | { what: 'feedback'; flag: Flag; helpful: boolean }

const OTHERS: readonly { list: ListName; title: string }[] = [
  { list: 'watching', title: 'Watching' },
  { list: 'in_progress', title: 'In progress' },
  { list: 'integrity', title: 'Integrity' },
  { list: 'cannot_tell', title: 'Cannot tell' },
]

function Lists({ query, choice, withClass }: { query: FlagQuery; choice: WeekChoice; withClass: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const { write } = useWrite(({ student_id, name }) => setAsked({ what: 'log', student_id, name, kind: 'mail_to_student' }))
  const endSnooze = useEndSnooze()
  const actions: FlagActions = {
    onLog: ({ student_id, name }) => setAsked({ what: 'log', student_id, name, kind: 'conversation' }),
    onWrite: write,
    onSnooze: (flag) => setAsked({ what: 'snooze', flag }),
    onEndSnooze: endSnooze,
    onFeedback: (flag, helpful) => setAsked({ what: 'feedback', flag, helpful }),
  }
  const shared = { choice, withClass, ...actions }
  return (
    <>
      <ContactFirst query={query} {...shared} />
      <div className="flex flex-col gap-2 pb-8">
        {OTHERS.map(({ list, title }) => (
          <OtherList key={list} list={list} title={title} query={query} {...shared} />
        ))}
      </div>
      {asked !== null && <Dialogs asked={asked} onDone={() => setAsked(null)} />}
    </>
  )
}

type ListProps = FlagActions & { query: FlagQuery; choice: WeekChoice; withClass: boolean }

function ContactFirst({ query, ...shared }: ListProps) {
  const flags = useFlags('contact', query)
  const found = countIn(flags)
  return (
    <Section
      title="Contact first"
      note={found === null ? undefined : formatNumber(found)}
      tools={
        <span className="no-print">
          <CsvButton what="all lists of the week" onDownload={() => downloadCsv(listAddress('/api/flagged/', query), 'this-week.csv')} />
        </span>
      }
    >
      {found === 0 ? (
        <Empty title="Nobody is to be contacted first" action={<Link to={paths.students(shared.choice)}>All my students</Link>}>
          {flags.data?.pages[0]?.reason}
        </Empty>
      ) : (
        <FlagList flags={flags} ranked {...shared} />
      )}
    </Section>
  )
}

function OtherList({ list, title, query, ...shared }: ListProps & { list: ListName; title: string }) {
  const flags = useFlags(list, query)
  const found = countIn(flags)
  if (found === 0) {
    return (
      <h2 className="flex min-h-8 items-center pl-4.5 text-sm font-medium text-ink-2">
        {title} <span className="ml-2 font-normal">0</span>
      </h2>
    )
  }
  return (
    <Disclosure title={title} level={2} note={found === null ? undefined : formatNumber(found)}>
      <FlagList flags={flags} ranked={false} {...shared} />
    </Disclosure>
  )
}

function Dialogs({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  switch (asked.what) {
    case 'log':
      return <LogContact student_id={asked.student_id} name={asked.name} kind={asked.kind} onDone={onDone} />
    case 'snooze':
      return <SnoozeDialog flag={asked.flag} onDone={onDone} />
    case 'feedback':
      return <FeedbackDialog flag={asked.flag} helpful={asked.helpful} onDone={onDone} />
  }
}

function useEndSnooze(): (flag: Flag) => void {
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: ({ id }: Flag) =>
      unwrap(api.DELETE('/api/flagged/{flag}/snooze/', { params: { path: { flag: id } } })),
    onSuccess: (_, flag) => toast(`${flag.name ?? flag.student_id} is back in the list`),
    onError: () => toast('The student is still put off', { description: 'Nothing was changed. Try again in a minute.', urgent: true }),
    onSettled: () => queries.invalidateQueries(),
  })
  return (flag) => end.mutate(flag)
}
