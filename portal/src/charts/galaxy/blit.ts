/**
 * Stamps small pictures into a frame of pixels. 5,000 calls of drawImage take longer than a frame may; copying their
 * 200,000 pixels does not. Pixels are as ImageData has them (alpha not multiplied in), one number each.
 */
export interface Picture {
  side: number
  pixels: Uint32Array
}

export interface Frame {
  width: number
  height: number
  pixels: Uint32Array
}

/** Puts the middle of a picture at a place; what lies outside the frame is cut off. */
export function blit(frame: Frame, picture: Picture, x: number, y: number): void {
  const { side, pixels } = picture
  const left = Math.round(x - side / 2)
  const top = Math.round(y - side / 2)
  const fromColumn = Math.max(0, -left)
  const toColumn = Math.min(side, frame.width - left)
  const toRow = Math.min(side, frame.height - top)
  for (let row = Math.max(0, -top); row < toRow; row += 1) {
    let from = row * side + fromColumn
    let to = (top + row) * frame.width + left + fromColumn
    for (let column = fromColumn; column < toColumn; column += 1, from += 1, to += 1) {
      const over = pixels[from] as number
      const alpha = over >>> 24
      if (alpha === 0) continue
      const under = frame.pixels[to] as number
      frame.pixels[to] = alpha === 255 || under >>> 24 === 0 ? over : blend(under, over)
    }
  }
}

/** One pixel over another, both partly seen through. */
export function blend(under: number, over: number): number {
  const a = over >>> 24
  const rest = ((under >>> 24) * (255 - a)) / 255
  const alpha = a + rest
  const r = ((over & 255) * a + (under & 255) * rest) / alpha
  const g = (((over >>> 8) & 255) * a + ((under >>> 8) & 255) * rest) / alpha
  const b = (((over >>> 16) & 255) * a + ((under >>> 16) & 255) * rest) / alpha
  return ((Math.round(alpha) << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0
}

/** The same picture, less of it seen. */
export function faded({ side, pixels }: Picture, share: number): Picture {
  return { side, pixels: pixels.map((pixel) => ((Math.round((pixel >>> 24) * share) << 24) | (pixel & 0xffffff)) >>> 0) }
}
