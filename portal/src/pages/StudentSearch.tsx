import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useNavigate } from 'react-router'
import { api, unwrap } from '@/api/client'
import { paths } from '@/paths'
import { useCharacterShortcuts } from '@/shortcuts'
import { LevelMark, Search } from '@/ui'

/** A student by name or roll number, from every page. */
export function StudentSearch() {
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const navigate = useNavigate()
  const found = useQuery({
    queryKey: ['students', 'search', search],
    queryFn: () => unwrap(api.GET('/api/students/', { params: { query: { search, page_size: 8 } } })),
    enabled: search !== '',
    placeholderData: keepPreviousData,
  })
  const items = search === '' ? [] : (found.data?.results ?? [])
  return (
    <Search
      label="Search a student by name or roll number"
      placeholder="Search a student"
      shortcut={useCharacterShortcuts() ? 'slash' : 'ctrl-k'}
      text={text}
      onText={setText}
      items={items}
      itemKey={(student) => student.student_id}
      itemText={(student) => student.name ?? student.student_id}
      renderItem={(student) => (
        <span className="flex min-w-0 grow items-center justify-between gap-3">
          <span className="truncate">{student.name ?? student.student_id}</span>
          <span className="flex shrink-0 items-center gap-2 text-xs text-ink-2">
            {student.level !== null && <LevelMark level={student.level} />}
            {student.class_name ?? student.class_id}
          </span>
        </span>
      )}
      onChoose={(student) => {
        setText('')
        void navigate(paths.student(student.student_id))
      }}
      status={statusOf(found.isPending, found.isError, items.length)}
    />
  )
}

function statusOf(pending: boolean, failed: boolean, found: number): string | undefined {
  if (failed) return 'The search does not answer. Try again in a moment.'
  if (pending) return 'Looking'
  return found === 0 ? 'No student of yours has this name or number.' : undefined
}
