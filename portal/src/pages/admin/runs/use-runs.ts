import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, unwrap } from '@/api/client'
import { isOpen, type Run } from './words'

export const RUNS_PAGE = 25
const LOOK_EVERY_MS = 2000

export interface RunFilter {
  page: number
  kind?: 'weekly' | 'calibrate' | 'train'
  state?: Run['state']
}

/** The runs, looked at again every two seconds while one waits or runs. */
export function useRuns({ page, kind, state }: RunFilter) {
  return useQuery({
    queryKey: ['runs', page, kind, state],
    queryFn: () => unwrap(api.GET('/api/runs/', { params: { query: { page, page_size: RUNS_PAGE, kind, state } } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.results.some(isOpen) === true ? LOOK_EVERY_MS : 15_000),
  })
}

export function useRun(id: number) {
  return useQuery({
    queryKey: ['runs', 'one', id],
    queryFn: () => unwrap(api.GET('/api/runs/{run_id}/', { params: { path: { run_id: id } } })),
    staleTime: 0,
    refetchInterval: (query) => (query.state.data !== undefined && isOpen(query.state.data) ? LOOK_EVERY_MS : false),
  })
}

/** What other pages have loaded is of the week before, once a run has ended. */
export function useRenewalAfter(running: boolean): void {
  const client = useQueryClient()
  const was = useRef(running)
  useEffect(() => {
    if (was.current && !running) void client.invalidateQueries()
    was.current = running
  }, [running, client])
}
