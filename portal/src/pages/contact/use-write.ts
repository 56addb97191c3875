/** Writing to a student with the reader's own mail program. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { asApiError } from '@/api/errors'
import { toast } from '@/ui'

interface Whom {
  student_id: string
  name: string | null
}

/** `write(student)` opens a mail to the student, then calls `onOpened`, so that it can be logged. */
export function useWrite(onOpened: (student: Whom) => void) {
  const queries = useQueryClient()
  // The address is asked for only now: lists do not carry it, and the audit log says who had it.
  const open = useMutation({
    mutationFn: ({ student_id }: Whom) =>
      queries.query({
        queryKey: ['student', student_id],
        queryFn: () => unwrap(api.GET('/api/students/{student_id}/', { params: { path: { student_id } } })),
      }),
    onSuccess: ({ person }, whom) => {
      if (person.email === null) {
        toast(`There is no mail address of ${whom.name ?? whom.student_id}`, {
          description: 'The college has none on record. You can still call, or ask the class representative.',
          urgent: true,
        })
        return
      }
      openMail(person.email)
      onOpened(whom)
    },
    onError: (error) =>
      toast('The mail address could not be loaded', {
        description: asApiError(error).kind === 'offline' ? 'No answer came. Check your network.' : 'Try again in a minute.',
        urgent: true,
      }),
  })
  return { write: (whom: Whom) => open.mutate(whom), busy: open.isPending }
}

function openMail(address: string): void {
  const link = document.createElement('a')
  link.href = `mailto:${encodeURIComponent(address).replace('%40', '@')}`
  link.click()
}
