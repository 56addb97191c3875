import { Empty, Link } from '@/ui'
import { paths } from '@/paths'

export function NotFound() {
  return (
    <Empty title="There is no page at this address" action={<Link to={paths.home()}>Go to this week</Link>}>
      The link may be old, or a letter is missing.
    </Empty>
  )
}
