/** Before an exam and after it, the coming semester, and how often we were right. */
import { useSearchParams } from 'react-router'
import { useChoice } from '@/choice'
import { PageHead, Tabs } from '@/ui'
import { After } from './exams/After'
import { Before, type Exam } from './exams/Before'
import { Ledger } from './exams/Ledger'
import { Watchlist } from './exams/Watchlist'

const TABS = ['before', 'after', 'watchlist', 'ledger'] as const
const EXAMS: readonly Exam[] = ['midterm', 'endterm', 'subject']

export function Component() {
  const { choice } = useChoice()
  const [query, setQuery] = useSearchParams()
  const tab = TABS.find((one) => one === query.get('tab')) ?? 'before'
  const exam = EXAMS.find((one) => one === query.get('exam')) ?? 'endterm'
  const put = (name: string, value: string) => {
    const next = new URLSearchParams(query)
    next.set(name, value)
    setQuery(next)
  }
  return (
    <>
      <title>Exams · EduMetrics</title>
      <PageHead title="Exams" summary="What is likely, what came of it, and how often we were right." />
      <Tabs
        label="Exams"
        value={tab}
        onChange={(value) => put('tab', value)}
        tabs={[
          { value: 'before', label: 'Before', content: <Before choice={choice} exam={exam} onExam={(value) => put('exam', value)} /> },
          { value: 'after', label: 'After', content: <After choice={choice} /> },
          { value: 'watchlist', label: 'Coming semester', content: <Watchlist choice={choice} /> },
          { value: 'ledger', label: 'Were we right?', content: <Ledger choice={choice} /> },
        ]}
      />
    </>
  )
}
