/** Lists of the API that are longer than a page, and their addresses as files. */

interface Page<Row> {
  results: Row[]
  next: string | null
}

/** The largest page that the API gives. */
export const LARGEST_PAGE = 200

/** Every row of a list, or those up to the first that `ends` it: for lists that stay within a few pages. */
export async function everyRow<Row>(
  get: (page: number) => Promise<Page<Row>>,
  ends: (row: Row) => boolean = () => false,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let page = 1; ; page += 1) {
    const { results, next } = await get(page)
    const end = results.findIndex(ends)
    rows.push(...(end === -1 ? results : results.slice(0, end)))
    if (next === null || end !== -1) return rows
  }
}

/** The address of a list with its filters, for `downloadCsv`. */
export function listAddress(path: `/api/${string}/`, query: object): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}
