/** How long answers are kept, and what is tried again. */
import { QueryClient } from '@tanstack/react-query'
import { asApiError } from './errors'

const PASSING = new Set(['offline', 'busy', 'server'])

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A week's numbers change once a week; a minute keeps two tabs from telling different stories for long.
        staleTime: 60_000,
        // Offline must be shown as such, not as a skeleton that waits for ever.
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && PASSING.has(asApiError(error).kind),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
