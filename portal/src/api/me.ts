/** Who is signed in. */
import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from './client'

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => unwrap(api.GET('/api/me/')), staleTime: 5 * 60_000 })
}
