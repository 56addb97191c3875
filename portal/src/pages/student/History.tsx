import { useState } from 'react'
import type { components } from '@/api/__generated__/schema'
import { downloadCsv } from '@/api/client'
import { listAddress } from '@/api/lists'
import { saveCsv } from '@/csv'
import { formatDay, formatFromNow, formatNumber } from '@/format'
import { Button, CsvButton, LevelMark, Section, Table } from '@/ui'
import { LogContact } from '../contact/LogContact'
import { LIST_WORDS, levelOfStudent } from '../flag-words'
import { kindWord } from './weeks'

type Story = components['schemas']['Story']

/** What was done, and how the weeks were before. */
export function History({ story, file }: { story: Story; file: string }) {
  return (
    <>
      <Contacts story={story} file={file} />
      <Flags flags={story.flags} file={file} />
      <Said story={story} />
    </>
  )
}

function Contacts({ story, file }: { story: Story; file: string }) {
  const [logging, setLogging] = useState(false)
  const { person, interventions } = story
  const address = listAddress('/api/interventions/', { student_id: person.student_id })
  return (
    <Section
      title="Contacts"
      tools={
        <span className="no-print flex gap-1">
          <Button size="small" onClick={() => setLogging(true)}>
            Add a contact
          </Button>
          {interventions.length > 0 && <CsvButton what="contacts" onDownload={() => downloadCsv(address, `${file}-contacts.csv`)} />}
        </span>
      }
    >
      {interventions.length === 0 ? (
        <p className="text-sm text-ink-2">No contact is logged. The first one starts the story here.</p>
      ) : (
        <ol className="space-y-3 border-l border-line-strong/60 pl-4">
          {interventions.map((contact) => (
            <li key={contact.id} className="relative text-sm">
              <span aria-hidden className="absolute top-1.5 -left-[1.3rem] size-2 rounded-full bg-ink-2" />
              <p>
                <span className="font-medium">{kindWord(contact.kind)}</span>
                <span className="text-ink-2">
                  , <time dateTime={contact.logged_at}>{formatDay(contact.logged_at)}</time> (semester {contact.semester}, week {contact.sem_week}), by {contact.by}
                </span>
              </p>
              {contact.notes !== '' && <p className="prose-width whitespace-pre-line">{contact.notes}</p>}
              {contact.outcome !== '' && <p className="prose-width">Outcome: {contact.outcome}</p>}
              {contact.follow_up_on !== null && (
                <p className="text-ink-2">
                  Follow-up on {formatDay(contact.follow_up_on)} ({formatFromNow(contact.follow_up_on)})
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
      {logging && <LogContact student_id={person.student_id} name={person.name} onDone={() => setLogging(false)} />}
    </Section>
  )
}

function Flags({ flags, file }: { flags: Story['flags']; file: string }) {
  const csv = () =>
    saveCsv(`${file}-flags.csv`, ['sem_week', 'level', 'list', 'risk_score', 'urgency', 'diagnosis', 'reasons'], flags.map((flag) => [flag.sem_week, flag.level, flag.list, flag.risk_score, flag.urgency, flag.diagnosis, flag.reasons.map((reason) => reason.sentence).join(' ')]))
  return (
    <Section title="Flags by week">
      {flags.length === 0 ? (
        <p className="text-sm text-ink-2">Not flagged in any week of this semester.</p>
      ) : (
        <Table
          caption="Flags by week"
          captionHidden
          compact
          tools={<CsvButton what="flags by week" onDownload={csv} />}
          rows={flags}
          rowKey={(flag) => flag.id}
          startSorting={{ key: 'week', descending: true }}
          columns={[
            { key: 'week', header: 'Week', rowHeader: true, cell: (flag) => flag.sem_week, sort: (flag) => flag.sem_week },
            { key: 'level', header: 'Level', cell: (flag) => <LevelMark level={levelOfStudent(flag)} />, sort: (flag) => flag.urgency },
            { key: 'list', header: 'List', wideOnly: true, cell: (flag) => LIST_WORDS[flag.list] },
            { key: 'reason', header: 'Strongest reason', cell: (flag) => flag.reasons[0]?.sentence ?? '' },
            { key: 'risk', header: 'Risk score', align: 'right', cell: (flag) => formatNumber(flag.risk_score, 1, true), sort: (flag) => flag.risk_score },
          ]}
        />
      )}
    </Section>
  )
}

/** Feedback on flags and snoozes: what colleagues said of them. */
function Said({ story }: { story: Story }) {
  if (story.feedback.length === 0 && story.snoozes.length === 0) return null
  return (
    <Section title="Said of the flags">
      <ul className="space-y-2 text-sm">
        {story.feedback.map((one) => (
          <li key={`feedback-${one.at}`}>
            {one.by} found the flag of week {one.sem_week} {one.helpful ? 'helpful' : 'not helpful'}
            {one.why === '' ? '' : `: ${one.why}`} <span className="text-ink-2">({formatDay(one.at)})</span>
          </li>
        ))}
        {story.snoozes.map((one) => (
          <li key={`snooze-${one.at}`}>
            {one.by} put the flag of week {one.sem_week} ({one.risk_level}) off until {formatDay(one.until)}: {one.reason}{' '}
            <span className="text-ink-2">({one.active ? 'holds now' : one.ended_at === null ? 'is over' : `ended by ${one.ended_by}`})</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
