export type SortValue = number | string | null

const words = new Intl.Collator([...navigator.languages], { numeric: true, sensitivity: 'base' })

/** A sorted copy; null stands last in both directions, and equals keep their order. */
export function sortRows<Row>(rows: readonly Row[], by: (row: Row) => SortValue, descending: boolean): Row[] {
  return rows.toSorted((one, other) => {
    const [left, right] = [by(one), by(other)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return (descending ? -1 : 1) * compare(left, right)
  })
}

function compare(left: number | string, right: number | string): number {
  return typeof left === 'number' && typeof right === 'number' ? left - right : words.compare(String(left), String(right))
}
