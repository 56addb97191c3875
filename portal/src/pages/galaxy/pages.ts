/** Long lists, several pages at a time. */

interface Page<Row> {
  count: number
  reason: string | null
  results: Row[]
}

export interface Progress {
  done: number
  total: number
}

interface Options {
  atOnce: number
  onProgress: (progress: Progress) => void
}

/** Every row of a list in its order. The first page says how many there are; the first failure ends it. */
export async function everyPage<Row>(get: (page: number) => Promise<Page<Row>>, { atOnce, onProgress }: Options): Promise<{ rows: Row[]; reason: string | null }> {
  const first = await get(1)
  const size = first.results.length
  const pages: Row[][] = [first.results]
  const last = size === 0 ? 1 : Math.ceil(first.count / size)
  let next = 2
  let done = size
  onProgress({ done, total: first.count })
  const work = async () => {
    while (next <= last) {
      const page = next
      next += 1
      const { results } = await get(page)
      pages[page - 1] = results
      done += results.length
      onProgress({ done, total: first.count })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { rows: pages.flat(), reason: first.reason }
}
