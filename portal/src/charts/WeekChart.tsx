import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { useState, type PointerEvent, type ReactNode } from 'react'
import { Table } from '@/ui'
import { ChartFrame } from './ChartFrame'
import { useWidth } from './use-width'
import { formatValue, panelSummary, runsOf, type Panel, type Series, type WeekMark } from './weeks'

interface Props {
  title: string
  /** Whose line it is. */
  who: string
  weeks: readonly number[]
  panels: readonly Panel[]
  exams?: readonly WeekMark[]
  /** What was done, as marks on the axis. */
  contacts?: readonly WeekMark[]
  /** The rule's line, in the panel of that key: 75 % of attendance. */
  rule?: { panel: string; value: number; label: string }
  tools?: ReactNode
}

const MARGIN = { left: 30, right: 70, top: 34 }
const PANEL = 116
const GAP = 40
const AXIS = 26

/** Charts of one student, stacked on one axis of weeks, each with the class behind. */
export function WeekChart({ title, who, weeks, panels, exams = [], contacts = [], rule, tools }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const [pointed, setPointed] = useState<number | null>(null)
  const x = scaleLinear([weeks[0] ?? 1, weeks.at(-1) ?? 1], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)])
  const height = MARGIN.top + panels.length * (PANEL + GAP) - GAP + AXIS + (contacts.length > 0 ? 24 : 0)
  const bottom = MARGIN.top + panels.length * (PANEL + GAP) - GAP
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const week = Math.round(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left))
    setPointed(weeks.includes(week) ? week : null)
  }
  return (
    <ChartFrame
      title={title}
      summary={panels.map((panel) => panelSummary(panel, weeks, who)).join(' ')}
      table={<WeekTable title={title} weeks={weeks} panels={panels} exams={exams} contacts={contacts} />}
      tools={tools}
    >
      <div ref={box} className="w-full">
        {width > 0 && (
          <svg
            aria-hidden
            width={width}
            height={height}
            className="tabular block touch-pan-y text-ink select-none"
            onPointerMove={point}
            onPointerLeave={() => setPointed(null)}
          >
            {exams.map((exam) => (
              <ExamRule key={exam.week} x={x(exam.week)} bottom={bottom} label={exam.label} />
            ))}
            {panels.map((panel, index) => (
              <PanelBody
                key={panel.key}
                {...{ panel, weeks, x, width, pointed }}
                top={MARGIN.top + index * (PANEL + GAP)}
                rule={rule?.panel === panel.key ? rule : undefined}
              />
            ))}
            {pointed !== null && (
              <line x1={x(pointed)} x2={x(pointed)} y1={MARGIN.top} y2={bottom} className="stroke-ink-3" strokeDasharray="2 3" />
            )}
            <WeekAxis {...{ weeks, x, pointed }} top={bottom} />
            {contacts.length > 0 && <Contacts contacts={contacts} x={x} top={bottom + AXIS} />}
          </svg>
        )}
      </div>
    </ChartFrame>
  )
}

type Scale = ReturnType<typeof scaleLinear<number>>

interface PanelProps {
  panel: Panel
  weeks: readonly number[]
  x: Scale
  width: number
  pointed: number | null
  top: number
  rule?: { value: number; label: string }
}

function PanelBody({ panel, weeks, x, width, pointed, top, rule }: PanelProps) {
  const y = scaleLinear([0, 100], [top + PANEL, top])
  const right = width - MARGIN.right
  const at = pointed === null ? -1 : weeks.indexOf(pointed)
  const shape = drawn(panel, weeks, x, y)
  const last = panel.student.findLastIndex((value) => value !== null)
  const value = panel.student[at < 0 ? last : at] ?? null
  const median = panel.median[at < 0 ? last : at] ?? null
  return (
    <g>
      <text x={0} y={top - 12} className="fill-ink text-xs font-medium">
        {panel.name}
        {at >= 0 && (
          <tspan className="fill-ink-2 font-normal">
            {`  ${formatValue(value, panel.unit)}, class ${formatValue(median, panel.unit)}, week ${weeks[at] ?? ''}`}
          </tspan>
        )}
      </text>
      {[0, 50, 100].map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={right} y1={y(tick)} y2={y(tick)} className="stroke-chart-grid" />
          <text x={MARGIN.left - 6} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-ink-3 text-xs">
            {tick}
          </text>
        </g>
      ))}
      {shape.bands.map((path) => (
        <path key={path} d={path} className="fill-chart-band" />
      ))}
      {shape.medians.map((path) => (
        <path key={path} d={path} fill="none" className="stroke-chart-median" strokeWidth="1" />
      ))}
      {shape.singleBands.map((one) => (
        <g key={one.x}>
          <rect x={one.x - 4} width={8} y={one.upper} height={one.lower - one.upper} className="fill-chart-band" />
          <line x1={one.x - 4} x2={one.x + 4} y1={one.median} y2={one.median} className="stroke-chart-median" />
        </g>
      ))}
      {rule !== undefined && (
        <>
          <line x1={MARGIN.left} x2={right} y1={y(rule.value)} y2={y(rule.value)} className="stroke-accent" strokeDasharray="4 3" />
          <text x={MARGIN.left + 4} y={y(rule.value)} dy="1.1em" className="fill-accent text-xs">
            {rule.label}
          </text>
        </>
      )}
      {shape.lines.map((path) => (
        <path key={path} d={path} fill="none" className="stroke-chart-line" strokeWidth="2" strokeLinejoin="round" strokeLinecap="round" />
      ))}
      {shape.single.map(([cx, cy]) => (
        <circle key={cx} cx={cx} cy={cy} r="2.5" className="fill-chart-line" />
      ))}
      <EndLabels panel={panel} x={x} y={y} weeks={weeks} top={top} />
      {(panel.notes ?? []).map((note) => (
        <Note key={note.week} note={note} panel={panel} weeks={weeks} x={x} y={y} />
      ))}
      {at >= 0 && value !== null && <circle cx={x(weeks[at] ?? 0)} cy={y(value)} r="3.5" className="fill-chart-line stroke-page" strokeWidth="1.5" />}
    </g>
  )
}

/** Straight from week to week: a curve would show values that nobody measured, and a line over a gap would too. */
function drawn(panel: Panel, weeks: readonly number[], x: Scale, y: Scale) {
  const { student, median, lower, upper } = panel
  const across = (index: number) => x(weeks[index] ?? 0)
  const path = (series: Series) => line<number>(across, (index) => y(series[index] ?? 0))
  const band = area<number>(
    across,
    (index) => y(lower[index] ?? 0),
    (index) => y(upper[index] ?? 0),
  )
  const { lines, single } = runsOf(student)
  const ofClass = runsOf(median.map((value, index) => (lower[index] == null || upper[index] == null ? null : value)))
  return {
    lines: lines.map((run) => path(student)(run) ?? ''),
    single: single.map((index) => [across(index), y(student[index] ?? 0)] as const),
    medians: ofClass.lines.map((run) => path(median)(run) ?? ''),
    bands: ofClass.lines.map((run) => band(run) ?? ''),
    // A week between two gaps has no width for a band.
    singleBands: ofClass.single.map((index) => ({ x: across(index), lower: y(lower[index] ?? 0), upper: y(upper[index] ?? 0), median: y(median[index] ?? 0) })),
  }
}

function EndLabels({ panel, x, y, weeks, top }: { panel: Panel; x: Scale; y: Scale; weeks: readonly number[]; top: number }) {
  const last = panel.student.findLastIndex((value) => value !== null)
  const lastOfClass = panel.median.findLastIndex((value) => value !== null)
  const value = panel.student[last] ?? null
  const median = panel.median[lastOfClass] ?? null
  const own = value === null ? null : y(value)
  let theirs = median === null ? null : y(median)
  // Labels that would lie on each other are pushed apart, the class's away from the student's.
  if (own !== null && theirs !== null && Math.abs(own - theirs) < 14) theirs = own + (theirs < own ? -14 : 14)
  if (own !== null && theirs !== null && theirs > top + PANEL + 6) theirs = own - 14
  const at = x(weeks[Math.max(last, lastOfClass)] ?? 0) + 7
  return (
    <>
      {own !== null && value !== null && (
        <text x={at} y={own} dy="0.32em" className="fill-ink text-xs font-semibold">
          {formatValue(value, panel.unit)}
        </text>
      )}
      {theirs !== null && median !== null && (
        <text x={at} y={theirs} dy="0.32em" className="fill-ink-2 text-xs">
          class {formatValue(median, panel.unit)}
        </text>
      )}
    </>
  )
}

interface NoteProps {
  note: { week: number; text: string }
  panel: Panel
  weeks: readonly number[]
  x: Scale
  y: Scale
}

function Note({ note, panel, weeks, x, y }: NoteProps) {
  const value = panel.student[weeks.indexOf(note.week)] ?? null
  if (value === null) return null
  const [cx, cy] = [x(note.week), y(value)]
  // To the left of its point, where a line that falls is above it. About 6 pixels a letter keep it within the chart.
  const anchor = cx - note.text.length * 6 < MARGIN.left ? 'start' : 'end'
  const above = value < 22
  return (
    <g>
      <circle cx={cx} cy={cy} r="3.5" className="fill-page stroke-chart-line" strokeWidth="1.5" />
      <text
        x={cx + (anchor === 'end' ? -2 : 2)}
        y={cy + (above ? -10 : 17)}
        textAnchor={anchor}
        className="fill-ink stroke-page text-xs [paint-order:stroke]"
        strokeWidth="3"
        strokeLinejoin="round"
      >
        {note.text}
      </text>
    </g>
  )
}

function ExamRule({ x, bottom, label }: { x: number; bottom: number; label: string }) {
  return (
    <g>
      <line x1={x} x2={x} y1={MARGIN.top} y2={bottom} className="stroke-chart-exam" strokeWidth="1" />
      <text x={x} y={12} textAnchor="middle" className="fill-ink-2 text-xs">
        {label}
      </text>
    </g>
  )
}

function WeekAxis({ weeks, x, top, pointed }: { weeks: readonly number[]; x: Scale; top: number; pointed: number | null }) {
  const step = Math.max(1, Math.ceil(26 / Math.max(1, x((weeks[0] ?? 0) + 1) - x(weeks[0] ?? 0))))
  return (
    <g>
      {weeks.map((week, index) =>
        index % step === 0 ? (
          <text
            key={week}
            x={x(week)}
            y={top + 18}
            textAnchor="middle"
            className={week === pointed ? 'fill-ink text-xs font-semibold' : 'fill-ink-3 text-xs'}
          >
            {week}
          </text>
        ) : null,
      )}
      <text x={x(weeks.at(-1) ?? 0) + 14} y={top + 18} className="fill-ink-3 text-xs">
        week
      </text>
    </g>
  )
}

function Contacts({ contacts, x, top }: { contacts: readonly WeekMark[]; x: Scale; top: number }) {
  return (
    <g>
      {contacts.map((contact) => (
        <g key={`${contact.week}-${contact.label}`}>
          <path d={`M${x(contact.week)} ${top + 1}l4.5 7h-9Z`} className="fill-accent" />
          <text x={x(contact.week)} y={top + 20} textAnchor="middle" className="fill-accent text-xs">
            {contact.label}
          </text>
        </g>
      ))}
    </g>
  )
}

interface WeekTableProps {
  title: string
  weeks: readonly number[]
  panels: readonly Panel[]
  exams: readonly WeekMark[]
  contacts: readonly WeekMark[]
}

function WeekTable({ title, weeks, panels, exams, contacts }: WeekTableProps) {
  const marks = (week: number) =>
    [...exams, ...contacts].flatMap((mark) => (mark.week === week ? [mark.label] : [])).join(', ')
  return (
    <Table
      caption={title}
      captionHidden
      compact
      maxHeight="medium"
      rows={weeks.map((week, index) => ({ week, index }))}
      rowKey={(row) => row.week}
      columns={[
        { key: 'week', header: 'Week', rowHeader: true, cell: (row) => row.week, sort: (row) => row.week },
        ...panels.flatMap((panel) => [
          {
            key: panel.key,
            header: panel.name,
            align: 'right' as const,
            cell: ({ index }: { index: number }) => formatValue(panel.student[index] ?? null, panel.unit),
          },
          {
            key: `${panel.key}-class`,
            header: 'class median (quartiles)',
            align: 'right' as const,
            cell: ({ index }: { index: number }) => classText(panel, index),
          },
        ]),
        { key: 'marks', header: 'Exams and contacts', cell: (row) => marks(row.week) },
      ]}
    />
  )
}

function classText(panel: Panel, index: number): string {
  const [median, lower, upper] = [panel.median[index] ?? null, panel.lower[index] ?? null, panel.upper[index] ?? null]
  if (median === null) return 'no data'
  return `${formatValue(median, panel.unit)} (${formatValue(lower, panel.unit)}-${formatValue(upper, panel.unit)})`
}
