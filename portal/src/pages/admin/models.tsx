import { useQuery } from '@tanstack/react-query'
import { api, downloadCsv, unwrap } from '@/api/client'
import { CsvButton, Empty, PageHead, Pagination, Section } from '@/ui'
import { useState } from 'react'
import { AdminOnly } from './AdminOnly'
import { Loaded } from './Loaded'
import { Card } from './models/Card'
import { words, type Model } from './models/card'
import { Train } from './models/Train'

const PAGE_SIZE = 50

export function Component() {
  return (
    <AdminOnly title="Models">
      <Models />
    </AdminOnly>
  )
}

function Models() {
  const [page, setPage] = useState(1)
  const models = useQuery({
    queryKey: ['models', page],
    queryFn: () => unwrap(api.GET('/api/models/', { params: { query: { page, page_size: PAGE_SIZE } } })),
  })
  const used = useQuery({
    queryKey: ['models', 'in use'],
    queryFn: () => unwrap(api.GET('/api/models/', { params: { query: { in_use: 'true', page_size: PAGE_SIZE } } })),
  })
  return (
    <>
      <PageHead
        title="Models"
        summary="What predictions are made by, how good each model was on exams it had not seen, and for whom."
        actions={
          <>
            <CsvButton what="models" onDownload={() => downloadCsv('/api/models/', 'models.csv')} />
            <Train />
          </>
        }
      />
      <Loaded query={models}>
        {({ results, count }) =>
          count === 0 ? (
            <Empty title="No model has been trained">
              Until there is one, predictions are a stated rule of thumb. Train makes the first models once the college has a finished
              semester with exam results; one is used when you promote it.
            </Empty>
          ) : (
            <>
              {byOutput(results).map(([output, cards]) => (
                <Section key={output} title={words(cards[0]?.about ?? output)}>
                  <ul>
                    {cards.map((model) => (
                      <Card key={model.version} model={model} inUse={used.data?.results.find((one) => one.output === output)} />
                    ))}
                  </ul>
                </Section>
              ))}
              {count > PAGE_SIZE && <Pagination page={page} pageSize={PAGE_SIZE} total={count} noun="models" onPage={setPage} />}
            </>
          )
        }
      </Loaded>
    </>
  )
}

/** In the order of the list, those in use first. */
function byOutput(models: readonly Model[]): [string, Model[]][] {
  const found = new Map<string, Model[]>()
  for (const model of models) found.set(model.output, [...(found.get(model.output) ?? []), model])
  return [...found]
}
