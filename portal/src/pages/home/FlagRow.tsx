/** One student of a list: who, why, how long, how it goes, what was done, and what can be done now. */
import { Ellipsis } from 'lucide-react'
import { formatDay, formatFromNow } from '@/format'
import { paths, type WeekChoice } from '@/paths'
import { KIND_WORDS } from '@/pages/contact/kinds'
import { Button, IconButton, LevelMark, Link, Menu, Sparkline, classes, type MenuEntry } from '@/ui'
import { howLong, levelOf } from '../flag-words'
import { change, lastContactWords, sentencesOf, trendWords, type Flag } from './words'

export interface FlagActions {
  onLog: (flag: Flag) => void
  onWrite: (flag: Flag) => void
  onSnooze: (flag: Flag) => void
  onEndSnooze: (flag: Flag) => void
  onFeedback: (flag: Flag, helpful: boolean) => void
}

interface Props extends FlagActions {
  flag: Flag
  /** From 1; null where the order says nothing. */
  rank: number | null
  choice: WeekChoice
  withClass: boolean
}

/** The columns of a row and of the line above the rows, on a wide screen. */
export const ROW_COLUMNS =
  'lg:grid-cols-[1.5rem_9rem_minmax(0,1fr)_5.5rem_4.75rem_5.5rem_9.5rem] xl:grid-cols-[1.5rem_13rem_minmax(0,1fr)_8rem_5rem_8rem_9.75rem]'

export function FlagRow({ flag, rank, choice, withClass, ...actions }: Props) {
  return (
    <li className={classes('grid grid-cols-[1.5rem_minmax(0,1fr)_auto] items-start gap-x-3 gap-y-1 border-b border-line py-2.5', ROW_COLUMNS)}>
      <span className="tabular pt-0.5 text-right text-ink-2">{rank}</span>
      <Who flag={flag} choice={choice} withClass={withClass} />
      <Why flag={flag} />
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-ink-2 max-lg:col-span-2 max-lg:col-start-2 lg:contents">
        <HowLong flag={flag} />
        <Sparkline values={flag.trend.effort} summary={trendWords(flag.trend.weeks, flag.trend.effort)} />
        <WhatWasDone flag={flag} />
      </div>
      <Actions flag={flag} choice={choice} {...actions} />
    </li>
  )
}

function Who({ flag, choice, withClass }: Pick<Props, 'flag' | 'choice' | 'withClass'>) {
  const level = levelOf(flag)
  return (
    <div className="min-w-0">
      <h3 className="truncate">
        <Link kind="strong" to={paths.student(flag.student_id, choice)}>
          {flag.name ?? flag.student_id}
        </Link>
      </h3>
      <p className="flex flex-wrap gap-x-2 text-xs text-ink-2">
        {level !== null && <LevelMark level={level} />}
        {withClass && <span>{flag.class_name ?? flag.class_id}</span>}
        {flag.roll_number !== null && <span className="tabular">No. {flag.roll_number}</span>}
      </p>
    </div>
  )
}

function Why({ flag }: { flag: Flag }) {
  const good = flag.strengths[0]
  return (
    <div className="prose-width max-lg:col-span-2 max-lg:col-start-2">
      {sentencesOf(flag, 2).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {good !== undefined && <p className="text-xs text-good">Goes well: {good.sentence}</p>}
      {flag.snooze !== null && (
        <p className="text-xs text-ink-2">
          Put off until {formatDay(flag.snooze.until)}: {flag.snooze.reason}
        </p>
      )}
      {flag.feedback !== null && (
        <p className="text-xs text-ink-2">
          You said: {flag.feedback.helpful ? 'helpful' : 'not helpful'}
          {flag.feedback.why !== '' && `, ${flag.feedback.why}`}
        </p>
      )}
    </div>
  )
}

function HowLong({ flag }: { flag: Flag }) {
  const changed = change(flag.movement)
  return (
    <p className="text-ink-2">
      {howLong(flag)}
      {changed !== null && <span className="block text-xs max-lg:ml-1.5 max-lg:inline">{changed}</span>}
    </p>
  )
}

function WhatWasDone({ flag }: { flag: Flag }) {
  const { last_contact: contact, follow_up: next } = flag
  return (
    <p className="min-w-0 text-ink-2">
      <span className="lg:sr-only">Last contact: </span>
      {contact === null ? 'none' : lastContactWords(contact, KIND_WORDS)}
      {contact !== null && contact.outcome !== '' && (
        <span className="block text-xs lg:line-clamp-2" title={contact.outcome}>
          {contact.outcome}
        </span>
      )}
      {next !== null && (
        <span className={classes('block text-xs', next.due && 'font-medium text-ink')}>
          follow-up {formatFromNow(next.follow_up_on)}
        </span>
      )}
    </p>
  )
}

function Actions({ flag, choice, onLog, onWrite, onSnooze, onEndSnooze, onFeedback }: FlagActions & Pick<Props, 'flag' | 'choice'>) {
  const who = flag.name ?? flag.student_id
  const more: MenuEntry[] = [
    flag.snooze === null
      ? { kind: 'action', label: 'Not this week', onSelect: () => onSnooze(flag), disabled: flag.level === null }
      : { kind: 'action', label: 'Back to the list', onSelect: () => onEndSnooze(flag) },
    { kind: 'action', label: 'This was helpful', onSelect: () => onFeedback(flag, true) },
    { kind: 'action', label: 'This was not helpful', onSelect: () => onFeedback(flag, false) },
    { kind: 'line' },
    { kind: 'link', label: 'Open the page', to: paths.student(flag.student_id, choice) },
  ]
  const contact: MenuEntry[] = [
    { kind: 'action', label: 'Log a contact', onSelect: () => onLog(flag) },
    { kind: 'action', label: 'Write', onSelect: () => onWrite(flag) },
    { kind: 'line' },
  ]
  return (
    <div className="no-print flex items-center justify-end gap-1 max-lg:col-start-3 max-lg:row-start-1">
      <span className="hidden gap-1 lg:flex">
        <Button size="small" onClick={() => onLog(flag)}>
          Log<span className="sr-only"> a contact with {who}</span>
        </Button>
        <Button size="small" onClick={() => onWrite(flag)}>
          Write<span className="sr-only"> to {who}</span>
        </Button>
        <MoreMenu who={who} entries={more} size="small" />
      </span>
      <span className="lg:hidden">
        <MoreMenu who={who} entries={[...contact, ...more]} size="medium" />
      </span>
    </div>
  )
}

function MoreMenu({ who, entries, size }: { who: string; entries: MenuEntry[]; size: 'small' | 'medium' }) {
  return (
    <Menu
      trigger={<IconButton size={size} label={`More for ${who}`} icon={<Ellipsis size={16} aria-hidden />} />}
      entries={entries}
    />
  )
}
