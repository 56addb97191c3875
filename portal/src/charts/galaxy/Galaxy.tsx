import { Pause, Play } from 'lucide-react'
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react'
import { count, formatNumber } from '@/format'
import { Button, Checkbox, LevelMark } from '@/ui'
import { LEVELS, LEVEL_WORDS } from '@/ui/level'
import { ChartFrame } from '../ChartFrame'
import { useWidth } from '../use-width'
import { draw, effortAt, makeStamps, MARGIN, performanceAt, starAt, xOf, yOf, type Plane, type Scene, type Stamps } from './draw'
import { GalaxyTable } from './GalaxyTable'
import { byUrgency, packStars, within, type Brush, type Star, type Stars } from './stars'
import { useClock } from './use-clock'

interface Props {
  title: string
  stars: readonly Star[]
  /** Numbers of the weeks, oldest first. */
  weeks: readonly number[]
  onOpen: (id: string) => void
}

/** Trails of all 5,000 would be a haze: the most urgent of those with a level have one, and whoever is pointed at. */
const TRAILS = 60
const TRAIL_WEEKS = 4

/** Effort against performance, one point a student, over the weeks. */
export function Galaxy({ title, stars, weeks, onOpen }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const stamps = useRef<Stamps | null>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const [brush, setBrush] = useState<Brush | null>(null)
  const [withTrails, setWithTrails] = useState(true)
  const height = Math.round(Math.min(560, Math.max(320, width * 0.62)))
  const plane: Plane = { width, height, ratio: Math.min(2, window.devicePixelRatio) }
  const packed = useMemo(() => packStars(stars, weeks.length), [stars, weeks.length])
  const scene = useRef<(Scene & { plane: Plane }) | null>(null)
  const paint = useCallback((time: number) => {
    const pen = canvas.current?.getContext('2d')
    if (pen == null || stamps.current === null || scene.current === null) return
    draw(pen, { ...scene.current, time }, stamps.current, scene.current.plane)
  }, [])
  const clock = useClock(Math.max(0, weeks.length - 1), paint)
  const clockTime = clock.time
  const order = useMemo(() => byUrgency(packed, clock.week), [packed, clock.week])
  const everyone = useMemo(() => placedFirst(order, packed.count), [order, packed.count])
  const chosen = useMemo(() => (brush === null ? null : within(packed, clock.week, brush)), [packed, clock.week, brush])
  const roomy = stars.length <= 400
  const laidOut = width > 0
  useLayoutEffect(() => {
    const make = () => {
      if (canvas.current !== null) stamps.current = makeStamps(canvas.current, plane.ratio, roomy)
      paint(clockTime())
    }
    make()
    const observer = new MutationObserver(make)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [plane.ratio, roomy, laidOut, paint, clockTime])
  useLayoutEffect(() => {
    scene.current = {
      stars: packed,
      time: clock.time(),
      plane,
      order: everyone,
      trails: withTrails ? mostUrgent(packed, order, clock.week) : [],
      trailWeeks: TRAIL_WEEKS,
      chosen: chosen === null ? null : new Set(chosen),
      pointed,
    }
    paint(clock.time())
  })
  const shown = pointed === null ? null : (stars[pointed] ?? null)
  return (
    <ChartFrame
      title={title}
      summary={summaryOf(stars, packed.level, packed.weeks, clock.week, weeks)}
      table={<GalaxyTable title={title} stars={stars} order={everyone} week={clock.week} onOpen={onOpen} />}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pb-2">
        <Button
          size="small"
          onClick={clock.playing ? clock.pause : clock.play}
          icon={clock.playing ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        >
          {clock.playing ? 'Pause' : 'Play'}
        </Button>
        <label className="tabular flex items-center gap-2 text-sm">
          <span className="w-16">Week {weeks[clock.week]}</span>
          <input
            type="range"
            aria-label="Week"
            aria-valuetext={`Week ${weeks[clock.week] ?? ''}`}
            min={0}
            max={weeks.length - 1}
            value={clock.week}
            onChange={(event) => clock.goTo(Number(event.target.value))}
            className="w-40 accent-accent-fill"
          />
        </label>
        <Checkbox label={`Trails of the ${TRAILS} most urgent`} checked={withTrails} onChange={setWithTrails} />
        <Legend />
      </div>
      <div ref={box} className="relative w-full">
        {width > 0 && <Axes plane={plane} />}
        {width > 0 && (
          <Surface
            {...{ plane, brush, setBrush, setPointed, pointed, order, onOpen, stars }}
            canvas={canvas}
            find={(x, y) => (scene.current === null ? null : starAt({ ...scene.current, time: clock.time() }, plane, x, y))}
          />
        )}
      </div>
      <p aria-live="polite" className="min-h-6 pt-1 text-sm text-ink-2">
        {shown === null ? (
          'Point at a student for the name; press for the page; drag over an area to list it. Arrow keys go from the most urgent on, Enter opens.'
        ) : (
          <Told star={shown} week={clock.week} />
        )}
      </p>
      {chosen !== null && (
        <div className="pt-2">
          <div className="flex items-center justify-between">
            <h4 className="text-sm font-semibold">{count(chosen.length, 'student')} in the area</h4>
            <Button kind="quiet" size="small" onClick={() => setBrush(null)}>
              Clear
            </Button>
          </div>
          <GalaxyTable title="Students in the area" stars={stars} order={chosen} week={clock.week} onOpen={onOpen} />
        </div>
      )}
    </ChartFrame>
  )
}

function mostUrgent(stars: Stars, order: readonly number[], week: number): number[] {
  return order.filter((star) => (stars.level[star * stars.weeks + week] ?? 0) < LEVELS.indexOf('fine')).slice(0, TRAILS)
}

/** Everyone is drawn while it plays, also who has no place in the week just passed. */
function placedFirst(order: readonly number[], all: number): number[] {
  const placed = new Set(order)
  return [...order, ...Array.from({ length: all }, (_, star) => star).filter((star) => !placed.has(star))]
}

interface SurfaceProps {
  canvas: RefObject<HTMLCanvasElement | null>
  plane: Plane
  stars: readonly Star[]
  order: readonly number[]
  pointed: number | null
  setPointed: (star: number | null) => void
  brush: Brush | null
  setBrush: (brush: Brush | null) => void
  find: (x: number, y: number) => number | null
  onOpen: (id: string) => void
}

function Surface({ canvas, plane, stars, order, pointed, setPointed, brush, setBrush, find, onOpen }: SurfaceProps) {
  const start = useRef<[number, number] | null>(null)
  const place = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const at = event.currentTarget.getBoundingClientRect()
    return [event.clientX - at.left, event.clientY - at.top]
  }
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    start.current = place(event)
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const [x, y] = place(event)
    if (start.current === null || !isDrag(start.current, [x, y])) setPointed(find(x, y))
    else setBrush(brushOf(start.current, [x, y], plane))
  }
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    const [x, y] = place(event)
    const pressed = start.current !== null && !isDrag(start.current, [x, y])
    start.current = null
    if (!pressed) return
    const star = stars[find(x, y) ?? -1]
    if (star === undefined) setBrush(null)
    else onOpen(star.id)
  }
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const at = pointed === null ? (step > 0 ? -1 : order.length) : order.indexOf(pointed)
      setPointed(order[Math.min(order.length - 1, Math.max(0, at + step))] ?? null)
    } else if (event.key === 'Enter' && pointed !== null) onOpen(stars[pointed]?.id ?? '')
    else if (event.key === 'Escape') {
      setPointed(null)
      setBrush(null)
    }
  }
  return (
    <>
      {/* Effort and performance of students have no element of their own to focus: the arrow keys go through them. */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="Students by effort and performance. Arrow keys go through them, the most urgent first; Enter opens."
        width={plane.width * plane.ratio}
        height={plane.height * plane.ratio}
        style={{ width: plane.width, height: plane.height }}
        className={`relative block touch-pan-y rounded-sm ${pointed === null ? 'cursor-crosshair' : 'cursor-pointer'}`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => (start.current = null)}
        onPointerLeave={() => start.current === null && setPointed(null)}
        onKeyDown={key}
      />
      {brush !== null && <BrushBox brush={brush} plane={plane} />}
    </>
  )
}

function isDrag([x, y]: [number, number], [toX, toY]: [number, number]): boolean {
  return Math.hypot(toX - x, toY - y) > 5
}

function brushOf([x, y]: [number, number], [toX, toY]: [number, number], plane: Plane): Brush {
  return {
    effort: [effortAt(Math.min(x, toX), plane), effortAt(Math.max(x, toX), plane)],
    performance: [performanceAt(Math.max(y, toY), plane), performanceAt(Math.min(y, toY), plane)],
  }
}

function BrushBox({ brush, plane }: { brush: Brush; plane: Plane }) {
  const left = xOf(brush.effort[0], plane)
  const top = yOf(brush.performance[1], plane)
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute border border-accent bg-accent/10"
      style={{ left, top, width: xOf(brush.effort[1], plane) - left, height: yOf(brush.performance[0], plane) - top }}
    />
  )
}

function Axes({ plane }: { plane: Plane }) {
  const [left, right, top, bottom] = [xOf(0, plane), xOf(100, plane), yOf(100, plane), yOf(0, plane)]
  return (
    <svg aria-hidden width={plane.width} height={plane.height} className="tabular absolute inset-0">
      {[0, 25, 50, 75, 100].map((tick) => (
        <g key={tick}>
          <line x1={xOf(tick, plane)} x2={xOf(tick, plane)} y1={top} y2={bottom} className="stroke-chart-grid" />
          <line x1={left} x2={right} y1={yOf(tick, plane)} y2={yOf(tick, plane)} className="stroke-chart-grid" />
          <text x={xOf(tick, plane)} y={bottom + 15} textAnchor="middle" className="fill-ink-3 text-xs">
            {tick}
          </text>
          <text x={left - 7} y={yOf(tick, plane)} dy="0.32em" textAnchor="end" className="fill-ink-3 text-xs">
            {tick}
          </text>
        </g>
      ))}
      <text x={right} y={plane.height - 3} textAnchor="end" className="fill-ink-2 text-xs font-medium">
        Effort →
      </text>
      <text x={left + 6} y={MARGIN.top + 12} className="fill-ink-2 text-xs font-medium">
        ↑ Performance
      </text>
      <text x={right - 6} y={bottom - 8} textAnchor="end" className="fill-ink-3 text-xs">
        works a lot, low marks
      </text>
      <text x={left + 6} y={bottom - 8} className="fill-ink-3 text-xs">
        works little, low marks
      </text>
    </svg>
  )
}

function Legend() {
  return (
    <ul aria-label="Levels" className="flex flex-wrap items-center gap-x-3 text-xs">
      {LEVELS.map((level) => (
        <li key={level}>
          <LevelMark level={level} />
        </li>
      ))}
    </ul>
  )
}

function Told({ star, week }: { star: Star; week: number }) {
  const level = star.level[week] ?? 'cannot_tell'
  const tell = (value: number | null | undefined) => (value == null ? 'not known' : formatNumber(value))
  return (
    <span className="tabular">
      <span className="font-medium text-ink">{star.name}</span>, {star.detail}: {LEVEL_WORDS[level].toLowerCase()}, effort{' '}
      {tell(star.effort[week])}, performance {tell(star.performance[week])}
    </span>
  )
}

function summaryOf(stars: readonly Star[], levels: Uint8Array, weeks: number, week: number, names: readonly number[]): string {
  const counts = LEVELS.map((level, index) => {
    let found = 0
    for (let star = 0; star < stars.length; star += 1) if (levels[star * weeks + week] === index) found += 1
    return `${formatNumber(found)} ${LEVEL_WORDS[level].toLowerCase()}`
  })
  return `${count(stars.length, 'student')} in week ${names[week] ?? ''}: ${counts.join(', ')}.`
}
