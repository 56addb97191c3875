import { Mail, Phone } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { components } from '@/api/__generated__/schema'
import type { WeekChoice } from '@/paths'
import { formatDay } from '@/format'
import { Banner, Button, LevelMark } from '@/ui'
import { LogContact } from '../contact/LogContact'
import { flaggedFor, levelOfStudent } from '../flag-words'
import { Neighbours } from './Neighbours'

type Story = components['schemas']['Story']
type Flag = components['schemas']['Flag']

interface Props {
  story: Story
  /** Of the week that is shown. */
  flag: Flag | null
  week: number | null
  choice: WeekChoice
}

export function Head({ story, flag, week, choice }: Props) {
  const [logging, setLogging] = useState(false)
  const { person } = story
  const name = person.name ?? person.student_id
  return (
    <header className="pb-5">
      <title>{`${name} · EduMetrics`}</title>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight">{name}</h1>
          <p className="tabular flex flex-wrap gap-x-3 text-sm text-ink-2">
            <span>{person.roll_number === null ? person.student_id : `Roll number ${person.roll_number}, ${person.student_id}`}</span>
            {story.class !== null && <span>{story.class.name ?? story.class.class_id}</span>}
            {story.advisor !== null && <span>Advisor: {story.advisor.name ?? story.advisor.advisor_id}</span>}
          </p>
          {week !== null && (
            <p className="flex flex-wrap items-center gap-x-3 pt-1 text-sm">
              {flag?.list === 'integrity' && flag.level === null ? (
                <span className="font-medium">Not flagged; a plagiarism check found something</span>
              ) : (
                <LevelMark level={levelOfStudent(flag)} />
              )}
              <span className="text-ink-2">{headline(flag, week)}</span>
            </p>
          )}
        </div>
        <div className="no-print flex flex-col gap-2 sm:items-end">
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" onClick={() => setLogging(true)}>
              Log a contact
            </Button>
          </div>
          <Neighbours of={story.neighbours} choice={choice} />
        </div>
      </div>
      <Contacts person={person} />
      {person.left_on !== null && (
        <div className="pt-3">
          <Banner tone="warning" title={`Left the college on ${formatDay(person.left_on)}`}>
            {person.left_reason === null || person.left_reason === '' ? '' : `Reason given: ${person.left_reason}. `}
            Below is what was known until then. Nobody who left is flagged.
          </Banner>
        </div>
      )}
      {logging && <LogContact student_id={person.student_id} name={person.name} onDone={() => setLogging(false)} />}
    </header>
  )
}

function headline(flag: Flag | null, week: number): string {
  if (flag === null) return `not flagged in week ${week}`
  if (flag.list === 'cannot_tell') return `week ${week}: data is missing`
  const said = [flaggedFor(flag.weeks_flagged), flag.first_flagged_week === null ? '' : `first in week ${flag.first_flagged_week}`]
  return [`in week ${week}`, ...said.filter((part) => part !== '')].join(', ')
}

function Contacts({ person }: { person: Story['person'] }) {
  const ways: { key: string; label: string; icon: ReactNode; href: string; text: string }[] = []
  const mail = <Mail size={14} aria-hidden className="shrink-0 text-ink-3" />
  if (person.email !== null) ways.push({ key: 'student', label: 'Student', icon: mail, href: `mailto:${person.email}`, text: person.email })
  if (person.parent_email !== null) ways.push({ key: 'parent', label: 'Parent', icon: mail, href: `mailto:${person.parent_email}`, text: person.parent_email })
  if (person.phone !== null) {
    const phone = <Phone size={14} aria-hidden className="shrink-0 text-ink-3" />
    ways.push({ key: 'phone', label: 'Phone', icon: phone, href: `tel:${person.phone.replaceAll(/[^+\d]/g, '')}`, text: person.phone })
  }
  if (ways.length === 0) return <p className="pt-2 text-sm text-ink-2">The college gives no mail address or telephone number.</p>
  return (
    <ul aria-label="How to reach them" className="flex flex-wrap gap-x-6 gap-y-1 pt-2 text-sm">
      {ways.map((way) => (
        <li key={way.key} className="flex min-w-0 items-center gap-1.5">
          {way.icon}
          <span className="text-ink-2">{way.label}</span>
          <a href={way.href} className="truncate text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent">
            {way.text}
          </a>
        </li>
      ))}
    </ul>
  )
}
