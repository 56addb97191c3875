import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { components } from '@/api/__generated__/schema'

type Class = components['schemas']['Class']

const PAGE_SIZE = 200

/** All classes of the college, for choosing from. */
export function useClasses() {
  return useQuery({ queryKey: ['classes', 'all'], queryFn: allClasses, staleTime: 10 * 60_000 })
}

async function allClasses(): Promise<Class[]> {
  const all: Class[] = []
  for (let page = 1; ; page += 1) {
    const { results, next } = await unwrap(api.GET('/api/classes/', { params: { query: { page, page_size: PAGE_SIZE } } }))
    all.push(...results)
    if (next === null) return all
  }
}

export function branchesOf(classes: readonly Class[]): string[] {
  const names = classes.flatMap(({ branch }) => (branch === null || branch === '' ? [] : [branch]))
  return [...new Set(names)].sort((one, other) => one.localeCompare(other))
}
