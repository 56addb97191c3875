import { createBrowserRouter, type RouteObject } from 'react-router'
import { Frame } from './pages/Frame'
import { NotFound } from './pages/NotFound'
import { patterns, paths } from './paths'

/** Each page is loaded when it is first opened; the home page comes with the frame, since most begin there. */
const PAGES: RouteObject[] = [
  { path: paths.home(), lazy: () => import('./pages/home') },
  { path: paths.students(), lazy: () => import('./pages/students') },
  { path: patterns.student, lazy: () => import('./pages/student') },
  { path: paths.galaxy(), lazy: () => import('./pages/galaxy') },
  { path: paths.classPage(), lazy: () => import('./pages/class') },
  { path: paths.exams(), lazy: () => import('./pages/exams') },
  { path: paths.followUps(), lazy: () => import('./pages/follow-ups') },
  { path: paths.account(), lazy: () => import('./pages/account') },
  { path: paths.runs(), lazy: () => import('./pages/admin/runs') },
  { path: patterns.run, lazy: () => import('./pages/admin/run') },
  { path: paths.models(), lazy: () => import('./pages/admin/models') },
  { path: paths.users(), lazy: () => import('./pages/admin/users') },
  { path: paths.audit(), lazy: () => import('./pages/admin/audit') },
  { path: paths.policy(), lazy: () => import('./pages/admin/policy') },
]

export function makeRouter() {
  return createBrowserRouter([{ element: <Frame />, children: [...PAGES, { path: '*', element: <NotFound /> }] }])
}
