import { Ellipsis, Phone, Plus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { ContributionBars, Distribution, Galaxy, PredictionRange, WeekChart, WorkStrip } from '@/charts'
import { chooseTheme, useThemeChoice, type ThemeChoice } from '@/theme'
import * as ui from '@/ui'
import { EXAMS, makeStars, MARKS, PANELS, WEEKS } from './samples'

const NAV = ['This week', 'Students', 'Class', 'Exams', 'Follow-ups'].map((label) => ({
  label,
  to: label === 'This week' ? '/gallery.html' : `/${label.toLowerCase()}`,
  exact: true,
}))

/** Every component and chart on one page, for development: open /gallery.html?stars=5000 under `npm run dev`. */
export function Gallery() {
  const [week, setWeek] = useState(11)
  return (
    <ui.Shell
      nav={NAV}
      search={<SearchSample />}
      choices={
        <>
          <ui.Select
            label="Week"
            labelHidden
            kind="quiet"
            value={week}
            onChange={setWeek}
            choices={WEEKS.map((value) => ({ value, label: `Week ${value}`, note: value === 8 ? 'exams' : undefined }))}
          />
          <ui.Select label="Class" labelHidden kind="quiet" value="CSE25A" onChange={() => undefined} choices={[{ value: 'CSE25A', label: 'CSE 2A' }]} />
        </>
      }
      userMenu={<UserMenu />}
    >
      <ui.PageHead
        title="Week 11 of 18"
        summary="60 students, data to Fri 14 Nov. 3 new, 2 worse, 4 better."
        actions={<Capacity />}
      />
      <List />
      <ui.Columns main={<Charts />} beside={<Beside />} />
      <Controls />
      <States />
      <ui.Section title="Galaxy">
        <Stars />
      </ui.Section>
    </ui.Shell>
  )
}

function UserMenu() {
  const theme = useThemeChoice()
  return (
    <ui.Menu
      trigger={<ui.Button kind="quiet">Dr. Priya Mehta</ui.Button>}
      entries={[
        {
          kind: 'choice',
          label: 'Appearance',
          value: theme,
          choices: ['system', 'light', 'dark'].map((value) => ({ value, label: value })),
          onChange: (value) => chooseTheme(value as ThemeChoice),
        },
        { kind: 'line' },
        { kind: 'link', label: 'Account', to: '/account' },
        { kind: 'action', label: 'Sign out', onSelect: () => ui.toast('Signed out') },
      ]}
    />
  )
}

function SearchSample() {
  const [text, setText] = useState('')
  const found = makeStars(24).filter((star) => star.name.toLowerCase().includes(text.toLowerCase()))
  return (
    <ui.Search
      label="Search a student"
      placeholder="Name or roll number"
      shortcut="slash"
      text={text}
      onText={setText}
      items={text === '' ? [] : found.slice(0, 8)}
      itemKey={(star) => star.id}
      itemText={(star) => star.name}
      status={found.length === 0 ? 'No student of yours has this name or number.' : undefined}
      renderItem={(star) => (
        <span>
          {star.name} <span className="text-ink-2">{star.detail}</span>
        </span>
      )}
      onChoose={(star) => ui.toast(star.name)}
    />
  )
}

function Capacity() {
  const [capacity, setCapacity] = useState<number | null>(8)
  return <ui.NumberField label="This week I can meet" unit="students" value={capacity} onChange={setCapacity} min={0} max={60} />
}

const ROWS = [
  { id: 'a', level: 'critical', name: 'Aarav Sharma', reason: 'Attendance fell 18 points in 3 weeks, from 82% to 64%.', weeks: 3, trend: [66, 61, 58, null, 44, 37], last: 'none' },
  { id: 'b', level: 'high', name: 'Sneha Iyer', reason: 'Must attend 31 of the remaining 38 lectures to reach 75%.', weeks: 1, trend: [52, 55, 54, 57, 60, 66], last: '9 Nov' },
  { id: 'c', level: 'watch', name: 'Rahul Verma', reason: 'Has handed in 1 of 4 assignments due since week 8.', weeks: 2, trend: [70, 68, 61, 60, 58, 51], last: '2 Nov' },
  { id: 'd', level: 'cannot_tell', name: 'Meera Das', reason: 'No attendance recorded for her this week.', weeks: 1, trend: [null, null, 48, 50, null, null], last: 'none' },
  { id: 'e', level: 'fine', name: 'Karthik Reddy', reason: 'Nothing stands out. Handed in all work since week 3.', weeks: 0, trend: [72, 74, 75, 78, 77, 80], last: 'none' },
] as const

function List() {
  return (
    <ui.Section title="Contact first" note="5">
      <ui.Table
        caption="Students to contact first"
        rows={ROWS}
        rowKey={(row) => row.id}
        tools={<ui.CsvButton what="students to contact" onDownload={() => Promise.reject(new Error('sample'))} />}
        columns={[
          { key: 'level', header: 'Level', cell: (row) => <ui.LevelMark level={row.level} />, sort: (row) => ui.LEVELS.indexOf(row.level) },
          { key: 'name', header: 'Student', rowHeader: true, cell: (row) => <ui.Link kind="strong" to={`/students/${row.id}`}>{row.name}</ui.Link>, sort: (row) => row.name },
          { key: 'reason', header: 'Why', cell: (row) => <span className="block min-w-52">{row.reason}</span> },
          { key: 'weeks', header: 'Weeks', align: 'right', cell: (row) => row.weeks, sort: (row) => row.weeks },
          { key: 'trend', header: 'Effort', cell: (row) => <ui.Sparkline values={row.trend} summary={`Effort of ${row.name} over 6 weeks`} /> },
          { key: 'last', header: 'Last contact', wideOnly: true, cell: (row) => <span className="whitespace-nowrap text-ink-2">{row.last}</span> },
          {
            key: 'actions',
            header: 'Actions',
            align: 'right',
            cell: (row) => (
              <span className="inline-flex items-center gap-1">
                <span className="max-md:hidden">
                  <ui.Button size="small">Log</ui.Button>
                </span>
                <ui.Menu
                  trigger={<ui.IconButton size="small" label={`Actions for ${row.name}`} icon={<Ellipsis size={16} aria-hidden />} />}
                  entries={[
                    { kind: 'action', label: 'Log a contact', icon: <Phone size={14} aria-hidden />, onSelect: () => ui.toast('Logged', { action: { label: 'Undo', onPress: () => undefined } }) },
                    { kind: 'action', label: 'Not this week', onSelect: () => undefined },
                  ]}
                />
              </span>
            ),
          },
        ]}
      />
      <ui.Pagination page={1} pageSize={5} total={60} onPage={() => undefined} noun="students" />
    </ui.Section>
  )
}

function Charts() {
  return (
    <>
      <ui.Section title="Aarav Sharma">
        <WeekChart
          title="Aarav's effort, marks and attendance have fallen since week 6"
          who="Aarav"
          weeks={WEEKS}
          panels={PANELS}
          exams={EXAMS}
          contacts={[{ week: 6, label: 'Call' }, { week: 10, label: 'Meeting' }]}
          rule={{ panel: 'attendance', value: 75, label: 'rule 75%' }}
        />
      </ui.Section>
      <ui.Section title="Work">
        <WorkStrip
          title="Has handed in 5 of 8 assignments"
          weeks={WEEKS}
          exams={EXAMS}
          rows={[
            { name: 'Assignments', done: 'handed in', work: [{ week: 2, due: 2, done: 2 }, { week: 5, due: 2, done: 2 }, { week: 7, due: 2, done: 1 }, { week: 10, due: 2, done: 0 }] },
            { name: 'Quizzes', done: 'taken', work: [{ week: 3, due: 1, done: 1 }, { week: 6, due: 1, done: 1 }, { week: 9, due: 1, done: 0 }] },
          ]}
        />
      </ui.Section>
      <ui.Section title="Class">
        <Distribution title="Performance of CSE 2A in week 11" values={MARKS} mark={{ value: 40, label: 'pass 40' }} />
      </ui.Section>
    </>
  )
}

function Beside() {
  return (
    <>
      <ui.Section title="Why">
        <ContributionBars
          title="What adds up to the score"
          total={46.2}
          contributions={[
            { key: 'a', label: 'Missed assignments', points: 13.5, clears: 'Clears when all work due in a week is handed in.' },
            { key: 'b', label: 'Attendance requirement', points: 20, clears: 'Clears when 75% can be reached with 3 of 4 lectures.' },
            { key: 'c', label: 'Low effort', points: 7.7 },
            { key: 'd', label: 'Flagged before', points: 5 },
          ]}
        />
      </ui.Section>
      <ui.Section title="Goes well">
        <ui.Banner tone="good">Quiz marks are above the class median: 71 against 66.</ui.Banner>
      </ui.Section>
      <ui.Section title="Prediction">
        <PredictionRange label="Endterm score" value={49} low={38} high={58} marks={[{ value: 40, label: 'pass 40' }]} />
      </ui.Section>
      <ui.Section title="Attendance">
        <ui.Facts facts={[{ name: 'So far', value: '64%' }, { name: 'Lectures left', value: '38' }, { name: 'To attend', value: '31' }]} />
      </ui.Section>
    </>
  )
}

function Controls() {
  const [open, setOpen] = useState(false)
  const [tab, setTab] = useState('before')
  const [checked, setChecked] = useState(true)
  const [kind, setKind] = useState<string | null>(null)
  return (
    <ui.Section title="Controls">
      <div className="flex flex-wrap items-center gap-2 pb-4">
        <ui.Button kind="primary" icon={<Plus size={15} aria-hidden />} onClick={() => setOpen(true)}>
          Log a contact
        </ui.Button>
        <ui.Button>Write</ui.Button>
        <ui.Button kind="quiet">Cancel</ui.Button>
        <ui.Button kind="danger">Remove</ui.Button>
        <ui.Button busy>Saving</ui.Button>
        <ui.Checkbox label="Tell me by mail" checked={checked} onChange={setChecked} />
        {ui.LEVELS.map((level) => (
          <ui.LevelMark key={level} level={level} />
        ))}
      </div>
      <div className="grid max-w-2xl gap-4 pb-4 sm:grid-cols-2">
        <ui.TextField label="Name" hint="As on the roll." placeholder="Aarav" />
        <ui.TextField label="Follow-up" error="This day is past. Choose a day to come." />
      </div>
      <ui.Tabs
        label="Exams"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: 'before', label: 'Before', count: 8, content: 'Who is at risk in the coming exam.' },
          { value: 'after', label: 'After', content: 'What came, against what was predicted.' },
        ]}
      />
      <div className="pt-4">
        <ui.Disclosure title="Watching" note="11" level={3}>
          Eleven students whose signs are weaker.
        </ui.Disclosure>
      </div>
      <ui.Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Log a contact with Aarav Sharma"
        description="Kept in the history; you can edit it later."
        actions={
          <>
            <ui.Button onClick={() => setOpen(false)}>Cancel</ui.Button>
            <ui.Button kind="primary" onClick={() => setOpen(false)}>Save</ui.Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          <ui.Select label="Kind" value={kind} onChange={setKind} placeholder="Choose" choices={[{ value: 'call', label: 'Call' }, { value: 'meeting', label: 'Meeting' }]} />
          <ui.TextArea label="Notes" hint="What you agreed on." />
        </div>
      </ui.Dialog>
    </ui.Section>
  )
}

function States(): ReactNode {
  return (
    <ui.Section title="States">
      <div className="grid gap-4 lg:grid-cols-2">
        <ui.Empty title="Nobody to contact this week">All 60 students are doing as they usually do. Five are in progress.</ui.Empty>
        <ui.ErrorState kind="offline" onAgain={() => undefined} />
        <ui.LoadingRows rows={3} />
        <div className="flex flex-col gap-2">
          <ui.Banner tone="info" title="Exam week">Nobody is flagged this week: exam weeks count for no trend.</ui.Banner>
          <ui.Banner tone="warning">No quiz results loaded for Physics since week 9.</ui.Banner>
          <ui.Banner tone="error">The run of 14 November failed. Last week's list is shown.</ui.Banner>
        </div>
      </div>
    </ui.Section>
  )
}

const STARS = makeStars(Number(new URLSearchParams(window.location.search).get('stars') ?? 60))

function Stars() {
  return <Galaxy title="Effort against performance, CSE 2A" stars={STARS} weeks={WEEKS} onOpen={(id) => ui.toast(`Open ${id}`)} />
}
