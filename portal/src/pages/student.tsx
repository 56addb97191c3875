/** The story of one student, and what to do next. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { api, downloadCsv, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'
import { listAddress } from '@/api/lists'
import { WeekChart } from '@/charts'
import { useChoice } from '@/choice'
import { formatPercent } from '@/format'
import { Banner, Columns, CsvButton, Empty, LoadingBlock, LoadingRows, Section } from '@/ui'
import { Answer } from './Answer'
import { AttendanceLeft } from './student/AttendanceLeft'
import { Head } from './student/Head'
import { History } from './student/History'
import { Likely } from './student/Likely'
import { axisOf, contactMarks, examsOf, panelsOf } from './student/weeks'
import { Why } from './student/Why'
import { WorkDone } from './student/WorkDone'
import { aboutWeek } from './week-kinds'

type Story = components['schemas']['Story']

export function Component() {
  const { id = '' } = useParams()
  const story = useQuery({
    queryKey: ['students', id],
    queryFn: () => unwrap(api.GET('/api/students/{student_id}/', { params: { path: { student_id: id } } })),
  })
  return (
    <Answer of={story} waiting={<Waiting />}>
      {(found) => <Page key={id} story={found} />}
    </Answer>
  )
}

function Waiting() {
  return (
    <>
      <title>Student · EduMetrics</title>
      <div className="pb-6">
        <LoadingBlock size="line" />
      </div>
      <Columns
        main={
          <div className="space-y-6">
            <LoadingBlock size="chart" />
            <LoadingBlock size="chart" />
          </div>
        }
        beside={<LoadingRows />}
      />
    </>
  )
}

/** The flag of the chosen week: the story has the latest in full, and of those before only what they said. */
function useFlag(story: Story, week: number | null) {
  const { student_id } = story.person
  const term = story.week_status
  const latest = week === null || week === term?.sem_week
  const before = useQuery({
    queryKey: ['flagged', student_id, term?.academic_year, term?.semester, week],
    queryFn: () =>
      unwrap(
        api.GET('/api/flagged/', {
          params: { query: { student_id, week: week ?? undefined, semester: term?.semester, academic_year: term?.academic_year } },
        }),
      ),
    enabled: !latest,
  })
  return latest ? { flag: story.flag, waiting: false } : { flag: before.data?.results[0] ?? null, waiting: before.isPending }
}

function Page({ story }: { story: Story }) {
  const { choice } = useChoice()
  const { person, weeks } = story
  const last = weeks.at(-1)?.week_status.sem_week ?? null
  const week = weeks.some((one) => one.week_status.sem_week === choice.week) ? (choice.week ?? null) : last
  const row = weeks.find((one) => one.week_status.sem_week === week) ?? null
  const { flag, waiting } = useFlag(story, week)
  const file = person.student_id
  const meaning = row === null || week === null ? null : aboutWeek(week, row.kind)
  const axis = axisOf(weeks)
  const exams = examsOf(weeks)
  return (
    <>
      <Head story={story} flag={flag} week={week} choice={choice} />
      {meaning !== null && (
        <div className="pb-5">
          <Banner title={meaning.title}>{meaning.text}</Banner>
        </div>
      )}
      {last === null ? (
        <NothingYet left={person.left_on !== null} />
      ) : (
        // One under the other on a phone: the weeks, then why, before what was done.
        <div className="grid grid-cols-1 gap-x-10 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] lg:grid-rows-[auto_1fr]">
          <div className="min-w-0">
            <Section title="The weeks">
              <WeekChart
                title="Effort, performance and attendance, with the middle half of the class in grey"
                who={person.name ?? person.student_id}
                weeks={axis}
                panels={panelsOf(weeks, story.flags)}
                exams={exams}
                contacts={contactMarks(story.interventions, weeks)}
                rule={{ panel: 'attendance', value: story.attendance.required_pct, label: `rule ${formatPercent(story.attendance.required_pct)}` }}
                tools={
                  <CsvButton
                    what="the weeks"
                    onDownload={() => downloadCsv(listAddress('/api/student-performance/', { student_id: person.student_id }), `${file}-weeks.csv`)}
                  />
                }
              />
            </Section>
          </div>
          <aside aria-label="Why, and what is likely" className="min-w-0 lg:col-start-2 lg:row-span-2 lg:row-start-1">
            {waiting ? <LoadingRows rows={4} /> : <Why flag={flag} week={row} file={file} />}
            <AttendanceLeft left={story.attendance} />
            <Likely predictions={story.predictions} flag={story.flag} file={file} />
          </aside>
          <div className="min-w-0">
            <WorkDone id={person.student_id} weeks={axis} exams={exams} file={file} />
            <History story={story} file={file} />
          </div>
        </div>
      )}
      {last === null && <History story={story} file={file} />}
    </>
  )
}

function NothingYet({ left }: { left: boolean }) {
  return (
    <div className="pb-8">
      <Empty title="Nothing is published about this student">
        {left
          ? 'The student left before the first week of this semester that is published.'
          : 'The first week shows here after the weekly run. Contacts can be logged all the same.'}
      </Empty>
    </div>
  )
}
