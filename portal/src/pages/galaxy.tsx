/** Effort against performance for a class or all of them, over the weeks. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, downloadCsv, unwrap } from '@/api/client'
import { LARGEST_PAGE, listAddress } from '@/api/lists'
import { Galaxy } from '@/charts'
import { useChoice } from '@/choice'
import { formatNumber } from '@/format'
import { paths } from '@/paths'
import { Banner, CsvButton, Empty, LoadingBlock, PageHead } from '@/ui'
import { Answer } from './Answer'
import { constellationOf } from './galaxy/constellation'
import { everyPage, type Progress } from './galaxy/pages'

/** Pages that are asked for at the same time. */
const AT_ONCE = 3

export function Component() {
  const { choice } = useChoice()
  const { class_id } = choice
  const navigate = useNavigate()
  const [progress, setProgress] = useState<Progress | null>(null)
  const students = useQuery({
    queryKey: ['galaxy', class_id],
    queryFn: () =>
      everyPage(
        (page) => unwrap(api.GET('/api/galaxy/', { params: { query: { class_id, page, page_size: LARGEST_PAGE } } })),
        { atOnce: AT_ONCE, onProgress: setProgress },
      ),
  })
  return (
    <>
      <title>Student Galaxy · EduMetrics</title>
      <PageHead
        title="Student Galaxy"
        summary="Who works how much, and with what marks. Each point is a student; play to see where they come from."
        actions={<CsvButton what="the Student Galaxy" onDownload={() => downloadCsv(listAddress('/api/galaxy/', { class_id }), 'galaxy.csv')} />}
      />
      <Answer of={students} waiting={<Loading progress={progress} />}>
        {({ rows, reason }) => {
          const { stars, weeks, apart } = constellationOf(rows, choice.week)
          if (stars.length === 0) return <Empty title="There is nobody to show yet">{reason}</Empty>
          return (
            <>
              {apart && (
                <div className="pb-3">
                  <Banner>Your classes are in different weeks of their semesters. A class that is behind is not shown in the weeks that it has not come to.</Banner>
                </div>
              )}
              <Galaxy
                // Another class or week is another picture, from its own last week on.
                key={`${class_id ?? ''}-${weeks.length}-${stars.length}`}
                title="Effort and performance, by week"
                stars={stars}
                weeks={weeks}
                onOpen={(id) => void navigate(paths.student(id, choice))}
              />
            </>
          )
        }}
      </Answer>
    </>
  )
}

function Loading({ progress }: { progress: Progress | null }) {
  const said = progress === null ? 'Loading' : `Loading: ${formatNumber(progress.done)} of ${formatNumber(progress.total)} students`
  return (
    <>
      <p role="status" aria-label="Loading" className="tabular pb-3 text-sm text-ink-2">
        {said}
      </p>
      <LoadingBlock size="chart" label="Loading" />
    </>
  )
}
