import type { UseQueryResult } from '@tanstack/react-query'
import { downloadCsv } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import { formatNumber, formatPercent } from '@/format'
import { paths, type WeekChoice } from '@/paths'
import { CsvButton, LevelMark, Link, Section, Table } from '@/ui'
import { Answer } from '../Answer'
import { levelOfStudent } from '../flag-words'
import type { Asked } from './queries'

type Schemas = components['schemas']

interface Props<Page> {
  of: UseQueryResult<Page>
  asked: Asked
  choice: WeekChoice
}

export function ContactFirst({ of, asked, choice }: Props<Schemas['PageOfFlag']>) {
  const address = listAddress('/api/flagged/', { ...asked, list: 'contact' })
  return (
    <Section title="Contact first" tools={<CsvButton what="whom to contact first" onDownload={() => downloadCsv(address, 'contact-first.csv')} />}>
      <Answer of={of}>
        {(page) => (
          <Table
            caption="Whom to contact first"
            captionHidden
            rows={page.results}
            rowKey={(flag) => flag.id}
            empty={page.reason ?? 'Nobody is to be contacted first.'}
            columns={[
              { key: 'name', header: 'Student', rowHeader: true, cell: (flag) => <WithLevel flag={flag} choice={choice} />, sort: (flag) => flag.name },
              { key: 'roll', header: 'Roll', align: 'right', wideOnly: true, cell: (flag) => flag.roll_number ?? '', sort: (flag) => flag.roll_number },
              { key: 'level', header: 'Level', wideOnly: true, cell: (flag) => <LevelMark level={levelOfStudent(flag)} />, sort: (flag) => -flag.urgency },
              { key: 'reason', header: 'Strongest reason', cell: (flag) => flag.reasons[0]?.sentence ?? '' },
              { key: 'weeks', header: 'Weeks', align: 'right', wideOnly: true, cell: (flag) => flag.weeks_flagged, sort: (flag) => flag.weeks_flagged },
            ]}
          />
        )}
      </Answer>
    </Section>
  )
}

/** On a narrow screen the level stands below the name, so that the reason has room. */
function WithLevel({ flag, choice }: { flag: Schemas['Flag']; choice: WeekChoice }) {
  return (
    <>
      <Link kind="strong" to={paths.student(flag.student_id, choice)}>
        {flag.name ?? flag.student_id}
      </Link>
      <span className="block text-xs md:hidden">
        <LevelMark level={levelOfStudent(flag)} />
      </span>
    </>
  )
}

export function Shortfall({ of, asked, choice, sentence }: Props<Schemas['PageOfShortOfAttendance']> & { sentence: string }) {
  const address = listAddress('/api/attendance-shortfall/', { ...asked })
  return (
    <Section title="Short of attendance" tools={<CsvButton what="who is short of attendance" onDownload={() => downloadCsv(address, 'attendance-shortfall.csv')} />}>
      <p className="pb-2 text-sm">{sentence}</p>
      <Answer of={of}>
        {(page) => (
          <Table
            caption="Who is short of attendance"
            captionHidden
            compact
            maxHeight="medium"
            rows={page.results}
            rowKey={(row) => row.student_id}
            empty={page.reason}
            columns={[
              { key: 'name', header: 'Student', rowHeader: true, cell: (row) => <Link kind="strong" to={paths.student(row.student_id, choice)}>{row.name ?? row.student_id}</Link>, sort: (row) => row.name },
              { key: 'overall', header: 'Semester', align: 'right', cell: (row) => percent(row.overall_att_pct), sort: (row) => row.overall_att_pct },
              { key: 'week', header: 'This week', align: 'right', wideOnly: true, cell: (row) => percent(row.weekly_att_pct), sort: (row) => row.weekly_att_pct },
              { key: 'attend', header: 'Must attend', align: 'right', cell: (row) => mustAttend(row), sort: (row) => row.lectures_to_attend },
              { key: 'reach', header: 'Can reach the rule', cell: (row) => (row.reachable === null ? 'Not known' : row.reachable ? 'Yes' : 'No longer') },
            ]}
          />
        )}
      </Answer>
    </Section>
  )
}

function mustAttend(row: Schemas['ShortOfAttendance']): string {
  if (row.lectures_to_attend === null || row.lectures_remaining === null) return 'not known'
  return `${formatNumber(row.lectures_to_attend)} (${formatNumber(row.lectures_remaining)} left)`
}

function percent(value: number | null): string {
  return value === null ? 'not known' : formatPercent(value)
}

export function Subjects({ of, asked }: Omit<Props<Schemas['PageOfSubject']>, 'choice'>) {
  const address = listAddress('/api/subjects/', { class_id: asked.class_id, semester: asked.semester })
  return (
    <Section title="Subjects by difficulty" tools={<CsvButton what="subjects" onDownload={() => downloadCsv(address, 'subjects.csv')} />}>
      <p className="pb-2 text-sm text-ink-2">By the pass rate of the last endterm over all classes, where one is known; else as the college says.</p>
      <Answer of={of}>
        {(page) => (
          <Table
            caption="Subjects by difficulty"
            captionHidden
            compact
            rows={page.results}
            rowKey={(subject) => subject.subject_id}
            startSorting={{ key: 'rate', descending: false }}
            empty={page.reason}
            columns={[
              { key: 'name', header: 'Subject', rowHeader: true, cell: (subject) => subject.subject_name ?? subject.subject_id, sort: (subject) => subject.subject_name ?? subject.subject_id },
              { key: 'difficulty', header: 'Difficulty', cell: (subject) => difficultyOf(subject), sort: (subject) => difficultyOf(subject) },
              { key: 'rate', header: 'Passed', align: 'right', cell: (subject) => (subject.pass_rate === null ? 'not known yet' : formatPercent(subject.pass_rate * 100)), sort: (subject) => subject.pass_rate },
              { key: 'credits', header: 'Credits', align: 'right', wideOnly: true, cell: (subject) => subject.credits ?? '', sort: (subject) => subject.credits },
            ]}
          />
        )}
      </Answer>
    </Section>
  )
}

function difficultyOf(subject: Schemas['Subject']): string {
  if (subject.difficulty_label !== null) return `${capital(subject.difficulty_label)}, by pass rate`
  return subject.difficulty === null ? 'Not known' : `${capital(subject.difficulty)}, the college says`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()
}
