import { useMe } from '@/api/me'
import { useChoice } from '@/choice'
import { Select } from '@/ui'

const ALL = ''

/** The week and the class that the page is about, as far as the reader has a choice. */
export function WeekAndClass() {
  const classes = useMe().data?.classes ?? []
  const { choice, choose } = useChoice()
  const chosen = classes.filter((one) => choice.class_id === undefined || one.class_id === choice.class_id)
  const last = Math.max(0, ...chosen.map((one) => one.sem_week ?? 0))
  const weeks = Array.from({ length: last }, (_, index) => last - index)
  return (
    <>
      {last > 0 && (
        <Select
          kind="quiet"
          label="Week"
          labelHidden
          value={choice.week ?? last}
          choices={weeks.map((week) => ({ value: week, label: `Week ${week}` }))}
          onChange={(week) => choose({ week: week === last ? undefined : week })}
        />
      )}
      {classes.length > 1 && (
        <Select
          kind="quiet"
          label="Class"
          labelHidden
          value={choice.class_id ?? ALL}
          choices={[
            { value: ALL, label: 'All my classes' },
            ...classes.map((one) => ({ value: one.class_id, label: one.name ?? one.class_id })),
          ]}
          onChange={(id) => choose({ class_id: id === ALL ? undefined : id })}
        />
      )}
    </>
  )
}
