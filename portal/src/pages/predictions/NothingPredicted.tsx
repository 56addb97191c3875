import { useMe } from '@/api/me'
import { paths } from '@/paths'
import { Empty, Link } from '@/ui'
import { isWithoutModel } from './words'

/** An empty list of predictions: with no model, what it takes to have one; else the API's reason. */
export function NothingPredicted({ reason }: { reason: string | null }) {
  const admin = useMe().data?.role === 'admin'
  if (!isWithoutModel(reason)) return <Empty title="Nothing to list">{reason}</Empty>
  return (
    <Empty title="No trained model yet" action={admin ? <Link to={paths.models()}>Go to the models</Link> : undefined}>
      <p>Until there is one, the lists of this week come from rules alone, which need no training. To predict takes:</p>
      <ol className="list-decimal space-y-1 py-2 pl-5">
        <li>a semester that is over, with its exam results in the college's database;</li>
        <li>an admin who has a model trained on it and looks at how well it did on students it had not seen;</li>
        <li>a model that is better than the simple rules of thumb: only such a one can be put into use;</li>
        <li>the next weekly run, which brings the predictions.</li>
      </ol>
    </Empty>
  )
}
