import { describe, expect, it } from 'vitest'
import { blend, blit, faded, type Frame } from '@/charts/galaxy/blit'

const RED = 0xff0000ff
const HALF_BLUE = 0x80ff0000

function frame(width: number, height: number): Frame {
  return { width, height, pixels: new Uint32Array(width * height) }
}

describe('stamping the Galaxy', () => {
  const square = { side: 2, pixels: Uint32Array.of(RED, RED, RED, RED) }

  it('puts the middle of a picture at the place', () => {
    const on = frame(4, 4)
    blit(on, square, 2, 1)
    expect([...on.pixels].map((pixel) => pixel !== 0)).toEqual([
      false, true, true, false,
      false, true, true, false,
      false, false, false, false,
      false, false, false, false,
    ])
  })

  it('cuts off what lies outside, and nothing comes in at the other side', () => {
    const on = frame(3, 3)
    for (const [x, y] of [[0, 0], [3, 3], [-9, 1], [1, 99]] as const) blit(on, square, x, y)
    expect([...on.pixels].flatMap((pixel, at) => (pixel === 0 ? [] : [at]))).toEqual([0, 8])
  })

  it('lets what lies under be seen through', () => {
    expect(blend(RED, HALF_BLUE)).toBe(0xff80007f)
    expect(blend(0x80ff0000, HALF_BLUE) >>> 24).toBe(192)
    const on = frame(1, 1)
    blit(on, { side: 1, pixels: Uint32Array.of(HALF_BLUE) }, 0.5, 0.5)
    expect(on.pixels[0]).toBe(HALF_BLUE)
    blit(on, { side: 1, pixels: Uint32Array.of(RED) }, 0.5, 0.5)
    expect(on.pixels[0]).toBe(RED)
  })

  it('fades', () => {
    expect(faded({ side: 1, pixels: Uint32Array.of(RED) }, 0.2).pixels[0]).toBe(0x330000ff)
  })
})
