/** Every address of the portal, in one place. */

export interface WeekChoice {
  class_id?: string
  semester?: number
  week?: number
}

function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

export const paths = {
  home: (choice: WeekChoice = {}) => withQuery('/', { ...choice }),
  students: (choice: WeekChoice = {}) => withQuery('/students', { ...choice }),
  student: (id: string, choice: WeekChoice = {}) => withQuery(`/students/${encodeURIComponent(id)}`, { ...choice }),
  galaxy: (choice: WeekChoice = {}) => withQuery('/galaxy', { ...choice }),
  classPage: (choice: WeekChoice = {}) => withQuery('/class', { ...choice }),
  exams: (choice: WeekChoice = {}) => withQuery('/exams', { ...choice }),
  followUps: () => '/follow-ups',
  account: () => '/account',
  /** Where the one-time links lead; edumetrics/accounts/links.py writes them. */
  setPassword: () => '/set-password',
  runs: () => '/admin/runs',
  run: (id: string | number) => `/admin/runs/${encodeURIComponent(id)}`,
  models: () => '/admin/models',
  users: () => '/admin/users',
  audit: () => '/admin/audit',
  policy: () => '/admin/policy',
} as const

/** The same addresses as patterns for the router. */
export const patterns = {
  student: '/students/:id',
  run: '/admin/runs/:id',
} as const
