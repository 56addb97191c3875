/** Rows of a table that is part of a larger answer, as a CSV file: the API has CSV of whole lists only. */
import { save } from './client'

type Cell = string | number | null

/** As RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvOf(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const names = Object.keys(rows[0] ?? {})
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? null))]
  return lines.map((cells) => cells.map(written).join(',') + '\r\n').join('')
}

export function saveRows(rows: readonly Readonly<Record<string, Cell>>[], name: string): Promise<void> {
  // With the byte order mark Excel reads it as UTF-8.
  save(new Blob(['\uFEFF' + csvOf(rows)], { type: 'text/csv;charset=utf-8' }), name)
  return Promise.resolve()
}

function written(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
