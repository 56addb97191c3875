import { asApiError } from '@/api/errors'

/** What a refused action is told with: what happened, what is safe, and what the server says can be done. */
export interface Refusal {
  title: string
  text: string
}

export function refusalOf(error: unknown, titles: { conflict: string; busy: string }): Refusal {
  const { kind, problem } = asApiError(error)
  const said = problem.detail ?? ''
  switch (kind) {
    case 'conflict':
      return { title: titles.conflict, text: said }
    case 'busy':
      return problem.status === 503
        ? { title: titles.busy, text: said }
        : { title: 'Too many requests', text: `Nothing was changed. ${said}`.trim() }
    case 'offline':
      return { title: 'No answer came', text: 'It may or may not have been done. Check your network, and reload before trying again.' }
    case 'no-rights':
      return { title: 'This is not for your role', text: 'Nothing was changed. Your role may have changed: reload the page.' }
    case 'invalid':
      return { title: 'It was refused', text: [said, ...Object.values(problem.errors ?? {}).flat()].filter(Boolean).join(' ') }
    case 'not-found':
      return { title: 'It is not there any more', text: 'Nothing was changed. Reload the page.' }
    default:
      return { title: 'Something went wrong in EduMetrics', text: 'Reload the page to see whether it was done, then try again.' }
  }
}
