/** What users see of their account, and set for themselves. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { components } from '@/api/__generated__/schema'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { useMe } from '@/api/me'
import { count } from '@/format'
import { chooseCharacterShortcuts, useCharacterShortcuts } from '@/shortcuts'
import { Checkbox, ErrorState, Facts, LoadingRows, PageHead, Section, toast } from '@/ui'
import { ChangePassword } from './account/ChangePassword'
import { CapacityField, useCapacity } from './home/Capacity'

type Me = components['schemas']['Me']

export function Component() {
  const me = useMe()
  return (
    <>
      <title>Account · EduMetrics</title>
      <PageHead title="Account" />
      {me.data !== undefined ? (
        <Account me={me.data} />
      ) : me.isPending ? (
        <LoadingRows />
      ) : (
        <ErrorState kind={asApiError(me.error).kind} onAgain={() => void me.refetch()} />
      )}
    </>
  )
}

const ROLES: Record<Me['role'], string> = {
  advisor: 'Advisor: sees the students of the classes below',
  coordinator: 'Coordinator: sees the classes of one branch or more',
  admin: 'Admin: sees every class, and what EduMetrics does',
}

function Account({ me }: { me: Me }) {
  const capacity = useCapacity()
  return (
    <>
      <Section title="Who you are">
        <Facts
          facts={[
            { name: 'Name', value: me.name },
            { name: 'User name', value: me.username },
            { name: 'Mail', value: me.email === '' ? 'none on record' : me.email },
            { name: 'Role', value: ROLES[me.role] },
            { name: 'Classes', value: classesOf(me) },
          ]}
        />
      </Section>
      <Section title="Your week">
        <CapacityField capacity={capacity} places={null} />
        <p className="prose-width pt-1 text-sm text-ink-2">
          {capacity.value === undefined
            ? 'You have set no number: the list "Contact first" is as long as the policy of your college says.'
            : 'So long is the list "Contact first". Who must be seen at once is added to it.'}
        </p>
      </Section>
      <Section title="Mail">
        <Notify me={me} />
      </Section>
      <Section title="Keyboard">
        <Shortcuts />
      </Section>
      <Section title="Password">
        <ChangePassword username={me.username} />
      </Section>
    </>
  )
}

function Shortcuts() {
  return (
    <>
      <Checkbox
        label="Single keys are shortcuts: / for the search, j and k for the next and the previous student"
        checked={useCharacterShortcuts()}
        onChange={chooseCharacterShortcuts}
      />
      <p className="prose-width pt-1 text-sm text-ink-2">
        Switch them off if you dictate, or press keys without wanting to. Ctrl-K and the arrow keys work in any case. Kept in this
        browser.
      </p>
    </>
  )
}

const MOST_NAMED = 10

function classesOf(me: Me): string {
  if (me.class_count > MOST_NAMED || me.class_count === 0) return count(me.class_count, 'class', 'classes')
  return me.classes.map((one) => one.name ?? one.class_id).join(', ')
}

const MAILS = [
  { name: 'weekly_briefing', label: 'The briefing of the week, when a week is published' },
  { name: 'follow_ups_due', label: 'My follow-ups, on the day that they are due' },
] as const

function Notify({ me }: { me: Me }) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (notify: Me['notify']) => unwrap(api.PATCH('/api/me/', { body: { notify } })),
    onSuccess: (changed) => {
      queries.setQueryData(['me'], changed)
      toast('Saved')
    },
    onError: () => toast('It was not saved', { description: 'Nothing was changed. Try again in a minute.', urgent: true }),
  })
  return (
    <div role="group" aria-label="What to be told of by mail">
      {MAILS.map(({ name, label }) => (
        <Checkbox
          key={name}
          label={label}
          checked={me.notify[name] ?? false}
          disabled={change.isPending}
          onChange={(checked) => change.mutate({ [name]: checked })}
        />
      ))}
      {me.email === '' && (
        <p className="prose-width pt-1 text-sm text-ink-2">
          There is no mail address of you on record, so nothing can be sent. An admin can add one.
        </p>
      )}
    </div>
  )
}
