/** What the class page asks of the API. */
import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { LARGEST_PAGE, everyRow } from '@/api/lists'
import type { WeekChoice } from '@/paths'

/** A class in a week of a semester. */
export interface Asked extends WeekChoice {
  class_id: string
}

/** Every published week of the semester, oldest first. */
export function useClassWeeks({ class_id, semester }: Asked, enabled = true) {
  return useQuery({
    queryKey: ['class-performance', class_id, semester],
    queryFn: () =>
      everyRow((page) => unwrap(api.GET('/api/class-performance/', { params: { query: { class_id, semester, page, page_size: LARGEST_PAGE } } }))),
    enabled,
  })
}

/** Every student's weeks, for how the class spreads. */
export function useSpread(class_id: string) {
  return useQuery({
    queryKey: ['galaxy', 'class', class_id],
    queryFn: () => everyRow((page) => unwrap(api.GET('/api/galaxy/', { params: { query: { class_id, page, page_size: LARGEST_PAGE } } }))),
  })
}

export function useContactFirst(query: Asked) {
  return useQuery({
    queryKey: ['flagged', 'briefing', query],
    queryFn: () => unwrap(api.GET('/api/flagged/', { params: { query: { ...query, list: 'contact', page_size: 50 } } })),
  })
}

export function useShortfall(query: Asked) {
  return useQuery({
    queryKey: ['attendance-shortfall', query],
    queryFn: () => unwrap(api.GET('/api/attendance-shortfall/', { params: { query: { ...query, page_size: LARGEST_PAGE } } })),
  })
}

export function useNotices(query: Asked) {
  return useQuery({
    queryKey: ['notices', 'class', query],
    queryFn: () => unwrap(api.GET('/api/notices/', { params: { query: { ...query, page_size: LARGEST_PAGE } } })),
  })
}

export function useSubjects({ class_id, semester }: Asked) {
  return useQuery({
    queryKey: ['subjects', class_id, semester],
    queryFn: () => unwrap(api.GET('/api/subjects/', { params: { query: { class_id, semester, page_size: LARGEST_PAGE } } })),
  })
}
