import { Link, PageHead } from '@/ui'
import { paths } from '@/paths'

export function NotFound() {
  return (
    <>
      <PageHead title="There is no page at this address" summary="The link may be old, or a letter is missing." />
      <Link to={paths.home()}>Go to this week</Link>
    </>
  )
}
