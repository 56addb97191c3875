/** What the home page asks of the API. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { components } from '@/api/__generated__/schema'
import { api, unwrap } from '@/api/client'
import { LARGEST_PAGE, everyRow } from '@/api/lists'
import type { WeekChoice } from '@/paths'

export type ListName = components['schemas']['ListEnum']

export interface FlagQuery extends WeekChoice {
  /** Undefined takes the reader's own, or the policy's. */
  capacity?: number
}

const PAGE_SIZE = 50

/** One of the lists, page after page. */
export function useFlags(list: ListName, query: FlagQuery) {
  return useInfiniteQuery({
    queryKey: ['flagged', list, query],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/flagged/', { params: { query: { ...query, list, page: pageParam, page_size: PAGE_SIZE } } })),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.next === null ? undefined : pages.length + 1),
    // The list stays while the capacity is changed step by step.
    placeholderData: keepPreviousData,
  })
}

/** How the reader's classes did in a week, all of them: a part of them is taken on the page. */
export function useClassWeeks(semester: number | undefined, week: number | null) {
  return useQuery({
    queryKey: ['class-performance', 'week', semester, week],
    queryFn: () =>
      everyRow((page) =>
        unwrap(
          api.GET('/api/class-performance/', {
            params: { query: { semester, week: week ?? undefined, page, page_size: LARGEST_PAGE } },
          }),
        ),
      ),
    enabled: week !== null,
  })
}

/** The first days of the classes' semesters. */
export function useClasses() {
  return useQuery({
    queryKey: ['classes', 'first'],
    queryFn: () => unwrap(api.GET('/api/classes/', { params: { query: { page_size: LARGEST_PAGE } } })),
    staleTime: 60 * 60_000,
  })
}

export function usePolicy() {
  return useQuery({
    queryKey: ['policy'],
    queryFn: () => unwrap(api.GET('/api/policy/')),
    staleTime: 60 * 60_000,
  })
}

export function useNotices(choice: WeekChoice) {
  return useQuery({
    queryKey: ['notices', choice],
    queryFn: () => unwrap(api.GET('/api/notices/', { params: { query: { ...choice, page_size: LARGEST_PAGE } } })),
  })
}

/** The reader's own follow-ups that are due. */
export function useFollowUpsDue(username: string | undefined) {
  return useQuery({
    queryKey: ['interventions', 'due', username],
    queryFn: () =>
      unwrap(
        api.GET('/api/interventions/', {
          params: { query: { due: true, follow_up_by: username, ordering: 'follow_up_on', page_size: 10 } },
        }),
      ),
    enabled: username !== undefined,
  })
}
