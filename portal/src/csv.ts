/** Tables that no list of the API gives as a file: the same numbers as on the page, as CSV. */

export type CsvValue = string | number | boolean | null | undefined

/** With a quote before cells that a spreadsheet would run, as the API's files have it. */
export function csvOf(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function saveCsv(name: string, header: readonly string[], rows: readonly (readonly CsvValue[])[]): Promise<void> {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\uFEFF', csvOf(header, rows)], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  return Promise.resolve()
}
