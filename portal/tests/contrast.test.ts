import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/styles/theme.css', 'utf8')

function coloursOf(theme: 'light' | 'dark'): Record<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]))
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const GROUNDS = ['page', 'surface', 'sunken', 'hover']
const LEVELS = ['critical', 'high', 'watch', 'fine', 'cannot-tell']
const TEXT: [string, string[]][] = [
  ['ink', [...GROUNDS, 'accent-soft', 'critical-soft', 'high-soft', 'watch-soft', 'good-soft']],
  ['ink-2', [...GROUNDS, 'accent-soft', 'chart-band']],
  ['ink-3', GROUNDS],
  ['accent', [...GROUNDS, 'accent-soft']],
  ...LEVELS.map((level): [string, string[]] => [level, GROUNDS]),
  ['critical', ['critical-soft']],
  ['watch', ['watch-soft']],
  ['high', ['high-soft']],
  ['good', [...GROUNDS, 'good-soft']],
  ['on-accent', ['accent-fill', 'accent-fill-hover']],
]
const MARKS: [string, string[]][] = [
  ['line-strong', ['page', 'surface']],
  ['chart-line', ['page', 'surface', 'chart-band']],
  ['chart-median', ['page', 'surface', 'chart-band']],
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colours = coloursOf(theme)
  const pairs = (list: [string, string[]][]) => list.flatMap(([front, grounds]) => grounds.map((ground) => [front, ground] as const))

  it.each(pairs(TEXT))('text in %s on %s has a contrast of 4.5', (front, ground) => {
    expect(contrast(colours[front] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  it.each(pairs(MARKS))('a mark in %s on %s has a contrast of 3', (front, ground) => {
    expect(contrast(colours[front] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(3)
  })
})
