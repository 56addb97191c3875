import { createBrowserRouter } from 'react-router'
import { Frame } from './pages/Frame'
import { NotFound } from './pages/NotFound'

export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Frame />,
      children: [{ path: '*', element: <NotFound /> }],
    },
  ])
}
