/** Draws the Galaxy. Points are stamped from pictures made once: filling 5,000 paths a frame would take too long. */
import { LEVEL_COLOURS, LEVELS, type Level } from '@/ui/level'
import { blit, faded, type Frame, type Picture } from './blit'
import { valueAt, type Stars } from './stars'

export interface Plane {
  width: number
  height: number
  /** Physical pixels for one of CSS. */
  ratio: number
}

export const MARGIN = { left: 34, right: 12, top: 12, bottom: 34 }

export function xOf(effort: number, plane: Plane): number {
  return MARGIN.left + (effort / 100) * (plane.width - MARGIN.left - MARGIN.right)
}

export function yOf(performance: number, plane: Plane): number {
  return plane.height - MARGIN.bottom - (performance / 100) * (plane.height - MARGIN.top - MARGIN.bottom)
}

export function effortAt(x: number, plane: Plane): number {
  return clamp(((x - MARGIN.left) / (plane.width - MARGIN.left - MARGIN.right)) * 100)
}

export function performanceAt(y: number, plane: Plane): number {
  return clamp(((plane.height - MARGIN.bottom - y) / (plane.height - MARGIN.top - MARGIN.bottom)) * 100)
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value))
}

const SIZES = 6
/** Urgency of the largest size: a risk score of 100 after four flagged weeks. */
const MOST = 120

/** Radius in CSS pixels by size class; a small class has room for larger points. */
function radius(size: number, roomy: boolean): number {
  return (roomy ? 4 : 2.25) + size * (roomy ? 1.2 : 0.85)
}

export interface Stamps {
  /** At level * SIZES + size. */
  pictures: Picture[]
  /** The same for those outside the brush. */
  faded: Picture[]
  /** The pixels of the last frame, to be drawn over; made anew when the plane has another size. */
  frame: (Frame & { image: ImageData }) | null
  colours: Record<Level, string>
  ink: string
  accent: string
  page: string
  roomy: boolean
}

/** Colours are read where the canvas stands, so that they are those of its theme. */
export function makeStamps(canvas: HTMLCanvasElement, ratio: number, roomy: boolean): Stamps {
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const colours = Object.fromEntries(LEVELS.map((level) => [level, colour(LEVEL_COLOURS[level])])) as Record<Level, string>
  const page = colour('--page')
  const pictures = LEVELS.flatMap((level) =>
    Array.from({ length: SIZES }, (_, size) => stamp(level, radius(size, roomy), colours[level], page, ratio)),
  )
  return { pictures, faded: pictures.map((picture) => faded(picture, 0.18)), frame: null, colours, ink: colour('--ink'), accent: colour('--accent'), page, roomy }
}

function stamp(level: Level, r: number, colour: string, page: string, ratio: number): Picture {
  const side = Math.ceil((r * 2.6 + 3) * ratio)
  const picture = new OffscreenCanvas(side, side)
  const pen = picture.getContext('2d')
  if (pen === null) return { side, pixels: new Uint32Array(side * side) }
  pen.scale(ratio, ratio)
  pen.translate(side / ratio / 2, side / ratio / 2)
  // A thin rim of the page's colour parts points that lie on each other.
  pen.strokeStyle = page
  pen.lineWidth = 1.5
  pen.fillStyle = colour
  shapeOf(pen, level, r)
  if (level === 'watch' || level === 'cannot_tell') {
    pen.strokeStyle = colour
    pen.lineWidth = level === 'watch' ? Math.max(1.6, r * 0.45) : 1.4
    if (level === 'cannot_tell') pen.setLineDash([2.2, 1.8])
    pen.stroke()
  } else {
    pen.globalAlpha = level === 'fine' ? 0.6 : 1
    if (level !== 'fine') pen.stroke()
    pen.fill()
  }
  return { side, pixels: new Uint32Array(pen.getImageData(0, 0, side, side).data.buffer) }
}

function shapeOf(pen: OffscreenCanvasRenderingContext2D, level: Level, r: number): void {
  pen.beginPath()
  if (level === 'critical') {
    pen.moveTo(0, -r * 1.25)
    pen.lineTo(r * 1.25, 0)
    pen.lineTo(0, r * 1.25)
    pen.lineTo(-r * 1.25, 0)
    pen.closePath()
  } else if (level === 'high') {
    pen.moveTo(0, -r * 1.15)
    pen.lineTo(r * 1.15, r * 0.9)
    pen.lineTo(-r * 1.15, r * 0.9)
    pen.closePath()
  } else pen.arc(0, 0, level === 'fine' ? r * 0.8 : r * 0.9, 0, Math.PI * 2)
}

export interface Scene {
  stars: Stars
  /** Weeks from the first, between two while it plays. */
  time: number
  /** From the most urgent; drawn last to first, so that the urgent lie on top. */
  order: readonly number[]
  /** Stars with a trail. */
  trails: readonly number[]
  trailWeeks: number
  /** Those in the list; null: no brush, and nobody is faded. */
  chosen: ReadonlySet<number> | null
  pointed: number | null
}

export function draw(pen: CanvasRenderingContext2D, scene: Scene, stamps: Stamps, plane: Plane): void {
  drawPoints(pen, scene, stamps, plane)
  pen.setTransform(plane.ratio, 0, 0, plane.ratio, 0, 0)
  // The points have replaced the whole picture: trails go behind them.
  pen.globalCompositeOperation = 'destination-over'
  drawTrails(pen, scene, stamps, plane)
  pen.globalCompositeOperation = 'source-over'
  if (scene.pointed !== null) drawPointed(pen, scene.pointed, scene, stamps, plane)
}

/** As valueAt, xOf and yOf have it, written out: it is done 5,000 times a frame. */
function drawPoints(pen: CanvasRenderingContext2D, scene: Scene, stamps: Stamps, plane: Plane): void {
  const { stars, time, order, chosen } = scene
  const { effort, performance, level, urgency, weeks } = stars
  const frame = frameOf(stamps, pen.canvas)
  frame.pixels.fill(0)
  const [left, bottom] = [xOf(0, plane) * plane.ratio, yOf(0, plane) * plane.ratio]
  const across = (xOf(1, plane) - xOf(0, plane)) * plane.ratio
  const up = (yOf(0, plane) - yOf(1, plane)) * plane.ratio
  const week = Math.floor(time)
  const part = time - week
  const nearer = Math.round(part)
  for (let place = order.length - 1; place >= 0; place -= 1) {
    const star = order[place] as number
    const at = star * weeks + week
    let x = effort[at] as number
    let y = performance[at] as number
    if (part > 0) {
      x += ((effort[at + 1] as number) - x) * part
      y += ((performance[at + 1] as number) - y) * part
    }
    if (Number.isNaN(x + y)) continue
    const size = Math.min(SIZES - 1, Math.floor(((urgency[at + nearer] as number) / MOST) * SIZES))
    const pictures = chosen === null || chosen.has(star) ? stamps.pictures : stamps.faded
    blit(frame, pictures[(level[at + nearer] as number) * SIZES + size] as Picture, left + x * across, bottom - y * up)
  }
  pen.putImageData(frame.image, 0, 0)
}

function frameOf(stamps: Stamps, { width, height }: HTMLCanvasElement): Frame & { image: ImageData } {
  if (stamps.frame?.width !== width || stamps.frame.height !== height) {
    const image = new ImageData(width, height)
    stamps.frame = { image, width, height, pixels: new Uint32Array(image.data.buffer) }
  }
  return stamps.frame
}

function drawTrails(pen: CanvasRenderingContext2D, scene: Scene, stamps: Stamps, plane: Plane): void {
  const { stars, time, trails, trailWeeks, chosen } = scene
  pen.lineWidth = 1.5
  pen.lineJoin = 'round'
  LEVELS.forEach((level, index) => {
    pen.strokeStyle = stamps.colours[level]
    pen.globalAlpha = 0.4
    pen.beginPath()
    for (const star of trails) {
      if (stars.level[star * stars.weeks + Math.round(time)] !== index) continue
      if (chosen !== null && !chosen.has(star)) continue
      trail(pen, stars, star, time, trailWeeks, plane)
    }
    pen.stroke()
  })
  pen.globalAlpha = 1
}

function trail(pen: CanvasRenderingContext2D, stars: Stars, star: number, time: number, weeks: number, plane: Plane): void {
  let drawing = false
  const first = Math.max(0, Math.ceil(time) - weeks)
  for (let week = first; week <= Math.floor(time) + 1; week += 1) {
    const moment = Math.min(week, time)
    const x = xOf(valueAt(stars.effort, stars.weeks, star, moment), plane)
    const y = yOf(valueAt(stars.performance, stars.weeks, star, moment), plane)
    if (Number.isNaN(x + y)) {
      drawing = false
      continue
    }
    if (drawing) pen.lineTo(x, y)
    else pen.moveTo(x, y)
    drawing = true
  }
}

function drawPointed(pen: CanvasRenderingContext2D, star: number, scene: Scene, stamps: Stamps, plane: Plane): void {
  const { stars, time } = scene
  pen.strokeStyle = stamps.ink
  pen.lineWidth = 1.5
  pen.beginPath()
  trail(pen, stars, star, time, stars.weeks, plane)
  pen.stroke()
  const x = xOf(valueAt(stars.effort, stars.weeks, star, time), plane)
  const y = yOf(valueAt(stars.performance, stars.weeks, star, time), plane)
  if (Number.isNaN(x + y)) return
  pen.strokeStyle = stamps.accent
  pen.lineWidth = 2
  pen.beginPath()
  pen.arc(x, y, 12, 0, Math.PI * 2)
  pen.stroke()
}

/** The star nearest to a place, within 14 pixels; null where there is none. */
export function starAt(scene: Scene, plane: Plane, x: number, y: number): number | null {
  const { stars, time, order } = scene
  let nearest: number | null = null
  let distance = 14 * 14
  for (const star of order) {
    const dx = xOf(valueAt(stars.effort, stars.weeks, star, time), plane) - x
    const dy = yOf(valueAt(stars.performance, stars.weeks, star, time), plane) - y
    if (dx * dx + dy * dy < distance) {
      distance = dx * dx + dy * dy
      nearest = star
    }
  }
  return nearest
}
