/** A class in a week: how it does, who is short, and the weekly briefing on paper. */
import { FileText, Printer } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { downloadBriefing, downloadCsv } from '@/api/client'
import { listAddress } from '@/api/lists'
import { useMe } from '@/api/me'
import { Distribution, WeekChart } from '@/charts'
import { useChoice } from '@/choice'
import { count, formatNumber, formatPercent } from '@/format'
import { paths, type WeekChoice } from '@/paths'
import { Banner, Button, CsvButton, DownloadButton, Empty, LevelMark, Link, LoadingBlock, LoadingRows, PageHead, Section, Select } from '@/ui'
import type { components } from '@/api/__generated__/schema'
import { Answer } from './Answer'
import { Compare } from './class/Compare'
import { classPanels, levelShares, movementSentence, shortfallSentence, weekOf, type ClassWeek } from './class/figures'
import { printPage } from './class/print'
import { useClassWeeks, useContactFirst, useNotices, useShortfall, useSpread, useSubjects, type Asked } from './class/queries'
import { ContactFirst, Shortfall, Subjects } from './class/Tables'
import { aboutWeek, weekKindWord } from './week-kinds'

type OwnClass = components['schemas']['OwnClass']
const NONE = ''

export function Component() {
  const me = useMe()
  const { choice } = useChoice()
  return (
    <>
      <title>Class · EduMetrics</title>
      <Answer of={me} waiting={<LoadingRows />}>
        {({ classes }) => {
          const shown = classes.find((one) => one.class_id === choice.class_id) ?? (choice.class_id === undefined ? classes[0] : undefined)
          const class_id = shown?.class_id ?? choice.class_id
          if (class_id === undefined) return <NoClass />
          // A college has more classes than /api/me/ lists: whether this one may be seen, its weeks will say.
          return <ClassPage key={class_id} asked={{ ...choice, class_id }} name={shown?.name ?? class_id} classes={classes} choice={choice} />
        }}
      </Answer>
    </>
  )
}

function NoClass() {
  return (
    <>
      <PageHead title="Class" />
      <Empty title="No class is assigned to you">Ask the administrator of EduMetrics at your college which classes are yours.</Empty>
    </>
  )
}

interface Props {
  asked: Asked
  name: string
  classes: readonly OwnClass[]
  choice: WeekChoice
}

function ClassPage({ asked, name, classes, choice }: Props) {
  const weeks = useClassWeeks(asked)
  return (
    <Answer
      of={weeks}
      waiting={
        <>
          <PageHead title={name} />
          <LoadingBlock size="chart" />
        </>
      }
    >
      {(rows) => {
        const week = weekOf(rows, asked.class_id, asked.week)
        if (week === undefined) {
          return (
            <>
              <PageHead title={name} />
              <Empty title={asked.week === undefined ? 'Nothing is published of this class yet' : `Week ${asked.week} of this class is not published`}>
                The first week shows here after the weekly run.
              </Empty>
            </>
          )
        }
        return <Week rows={rows} week={week} {...{ asked, name, classes, choice }} />
      }}
    </Answer>
  )
}

function Week({ rows, week, asked, name, classes, choice }: Props & { rows: readonly ClassWeek[]; week: ClassWeek }) {
  const [query, setQuery] = useSearchParams()
  const number = week.week_status.sem_week
  const asking: Asked = { class_id: asked.class_id, semester: week.week_status.semester, week: number }
  const notices = useNotices(asking)
  const others = classes.filter((one) => one.class_id !== asked.class_id)
  const compared = query.get('with')
  const other = others.find((one) => one.class_id === compared)
  const meaning = aboutWeek(number, week.kind)
  const compareWith = (id: string) => {
    const next = new URLSearchParams(query)
    if (id === NONE) next.delete('with')
    else next.set('with', id)
    setQuery(next)
  }
  const until = rows.filter((row) => row.week_status.sem_week <= number)
  return (
    <>
      <PageHead
        title={name}
        summary={
          <>
            Week {number} of semester {week.week_status.semester} · {count(week.on_roll, 'student')}
          </>
        }
        actions={
          <span className="no-print flex flex-wrap items-center gap-2">
            <Link to={paths.galaxy({ ...choice, class_id: asked.class_id })}>Student Galaxy</Link>
            {others.length > 0 && (
              <Select
                label="Compare with"
                labelHidden
                value={other?.class_id ?? NONE}
                choices={[{ value: NONE, label: 'Compare with no class' }, ...others.map((one) => ({ value: one.class_id, label: `Compare with ${one.name ?? one.class_id}` }))]}
                onChange={compareWith}
              />
            )}
            <Button icon={<Printer size={16} aria-hidden />} onClick={printPage}>
              Print this page
            </Button>
            <DownloadButton
              icon={<FileText size={16} aria-hidden />}
              onDownload={() => downloadBriefing(asked.class_id, { semester: asking.semester, week: number })}
            >
              Weekly briefing, PDF
            </DownloadButton>
          </span>
        }
      />
      <div className="space-y-3 pb-5 empty:hidden">
        {meaning !== null && <Banner title={meaning.title}>{meaning.text}</Banner>}
        {compared !== null && other === undefined && (
          <Banner tone="warning" title={`There is no other class ${compared} to compare with`}>
            You see the classes that you look after. Choose one of them under “Compare with”.
          </Banner>
        )}
        {notices.data?.results.map((notice) => (
          <Banner key={notice.code} tone="warning" title="About the whole class">
            {notice.sentence}
          </Banner>
        ))}
      </div>
      <Levels week={week} />
      <ContactFirst of={useContactFirst(asking)} asked={asking} choice={choice} />
      <Section title="The weeks">
        <WeekChart
          title="The mean of the class, with its middle half in grey and its median as a thin line"
          who={name}
          weeks={until.map((row) => row.week_status.sem_week)}
          panels={classPanels(until)}
          exams={until.flatMap((row) => {
            const label = weekKindWord(row.kind)
            return label === null ? [] : [{ week: row.week_status.sem_week, label }]
          })}
          rule={{ panel: 'weekly_attendance', value: week.attendance_shortfall.required_pct, label: `rule ${formatPercent(week.attendance_shortfall.required_pct)}` }}
          tools={<CsvButton what="the class by week" onDownload={() => downloadCsv(listAddress('/api/class-performance/', { class_id: asked.class_id, semester: asked.semester }), 'class-performance.csv')} />}
        />
      </Section>
      <Spread class_id={asked.class_id} week={week} />
      {other !== undefined && <Compare rows={until} week={week} name={name} other={{ class_id: other.class_id, name: other.name ?? other.class_id }} />}
      <Shortfall of={useShortfall(asking)} asked={asking} choice={choice} sentence={shortfallSentence(week)} />
      <Subjects of={useSubjects(asking)} asked={asking} />
    </>
  )
}

function Levels({ week }: { week: ClassWeek }) {
  const flagged = week.kind === 'teaching' || week.kind === 'grace'
  return (
    <Section title="Levels and movement">
      {flagged ? (
        <>
          <ul aria-label="Students by level" className="flex flex-wrap gap-x-6 gap-y-1 pb-2 text-sm">
            {levelShares(week).map(({ level, students }) => (
              <li key={level} className="flex items-center gap-2">
                <LevelMark level={level} />
                <span className="tabular font-medium">{formatNumber(students)}</span>
              </li>
            ))}
          </ul>
          <p className="text-sm text-ink-2">{movementSentence(week)}</p>
        </>
      ) : (
        <p className="text-sm text-ink-2">Nobody is flagged in a week without teaching.</p>
      )}
    </Section>
  )
}

/** A dot for each student. */
function Spread({ class_id, week }: { class_id: string; week: ClassWeek }) {
  const students = useSpread(class_id)
  const { sem_week: number, semester, academic_year } = week.week_status
  return (
    <Section title={`How the class spreads in week ${number}`}>
      <Answer of={students} waiting={<LoadingBlock size="chart" />}>
        {(rows) => {
          const here = rows.filter((row) => row.semester === semester && row.academic_year === academic_year)
          const values = (series: 'effort' | 'performance') => here.flatMap((row) => row[series][number - 1] ?? [])
          if (values('effort').length + values('performance').length === 0) {
            return <p className="text-sm text-ink-2">No student has a value in this week.</p>
          }
          return (
            <div className="grid gap-x-10 gap-y-6 md:grid-cols-2">
              <Distribution title="Effort" values={values('effort')} />
              <Distribution title="Performance" values={values('performance')} />
            </div>
          )
        }}
      </Answer>
    </Section>
  )
}
