/** Which week and class a page is about. It stands in the address, so that a page can be shared and reloaded. */
import { useSearchParams } from 'react-router'
import type { WeekChoice } from './paths'

export interface Choosing {
  choice: WeekChoice
  /** Undefined takes a part of the choice back: all my classes, the last published week. */
  choose: (change: WeekChoice) => void
}

export function useChoice(): Choosing {
  const [query, setQuery] = useSearchParams()
  const choice: WeekChoice = {
    class_id: query.get('class_id') ?? undefined,
    semester: wholeNumber(query.get('semester')),
    week: wholeNumber(query.get('week')),
  }
  const choose = (change: WeekChoice) => {
    const next = new URLSearchParams(query)
    for (const name of ['class_id', 'semester', 'week'] as const) {
      if (!(name in change)) continue
      const value = change[name]
      if (value === undefined) next.delete(name)
      else next.set(name, String(value))
    }
    setQuery(next)
  }
  return { choice, choose }
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
