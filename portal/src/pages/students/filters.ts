/** The filters of the students' list, as they stand in the address. */
import type { components } from '@/api/__generated__/schema'
import type { Level, Sorting } from '@/ui'

type Student = components['schemas']['Student']
type StudentLevel = components['schemas']['LevelEnum']
type ListName = components['schemas']['ListEnum']

const ORDERED = ['name', 'roll_number', 'class_id', 'student_id'] as const
type Ordered = (typeof ORDERED)[number]
export type Ordering = Ordered | `-${Ordered}`

export const LIST_WORDS: Record<ListName, string> = {
  contact: 'Contact first',
  watching: 'Watching',
  in_progress: 'In progress',
  integrity: 'Integrity',
  cannot_tell: 'Cannot tell',
}

export interface StudentFilters {
  search: string | undefined
  level: StudentLevel | undefined
  list: ListName | undefined
  ordering: Ordering | undefined
  page: number
}

/** What an address says; what it says wrongly counts as not said. */
export function readFilters(address: URLSearchParams): StudentFilters {
  const page = Number(address.get('page') ?? '1')
  return {
    search: address.get('search') ?? undefined,
    level: oneOf(['watch', 'high', 'critical'] as const, address.get('level')),
    list: oneOf(Object.keys(LIST_WORDS) as ListName[], address.get('list')),
    ordering: oneOf(
      ORDERED.flatMap((name): Ordering[] => [name, `-${name}`]),
      address.get('ordering'),
    ),
    page: Number.isInteger(page) && page >= 1 && page < 1_000_000 ? page : 1,
  }
}

/** The address with some filters changed; another list begins with its first page. */
export function withChanges(address: URLSearchParams, changes: Record<string, string | undefined>): URLSearchParams {
  const next = new URLSearchParams(address)
  if (!('page' in changes)) next.delete('page')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | undefined {
  return values.find((value) => value === text)
}

export function sortingOf(ordering: Ordering | undefined): Sorting {
  const text = ordering ?? 'name'
  return { key: text.replace('-', ''), descending: text.startsWith('-') }
}

/** The API's word for it; undefined is its own order, by name. */
export function orderingOf({ key, descending }: Sorting): string | undefined {
  return key === 'name' && !descending ? undefined : `${descending ? '-' : ''}${key}`
}

/** Who is in no list is fine; null where nothing is published that could tell. */
export function levelShown(student: Pick<Student, 'level' | 'list' | 'week_status'>): Level | null {
  if (student.week_status === null) return null
  return student.level ?? (student.list === 'cannot_tell' ? 'cannot_tell' : 'fine')
}
