import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { api, downloadCsv, unwrap } from '@/api/client'
import { formatFromNow } from '@/format'
import { Button, CsvButton, Empty, PageHead, Pagination, Select, Table, TextField, type Column, type Sorting } from '@/ui'
import { AdminOnly } from './AdminOnly'
import { Loaded } from './Loaded'
import { AddUser } from './users/AddUser'
import { EditUser } from './users/EditUser'
import { InviteLinks } from './users/InviteLink'
import { SyncAdvisors } from './users/SyncAdvisors'
import { listWords, ROLE_WORDS, type Invitation, type Role, type User } from './users/user'

const PAGE_SIZE = 25
const ALL = ''
const SORTED = ['username', 'name', 'role', 'last_login'] as const

export function Component() {
  return (
    <AdminOnly title="Users">
      <Users />
    </AdminOnly>
  )
}

interface Filter {
  page: number
  search: string
  role: Role | typeof ALL
  active: 'true' | 'false' | typeof ALL
  sorting: Sorting
}

function Users() {
  const [filter, setFilter] = useState<Filter>({ page: 1, search: '', role: ALL, active: ALL, sorting: { key: 'username', descending: false } })
  const [edited, setEdited] = useState<User | null>(null)
  const [invitations, setInvitations] = useState<Invitation[]>([])
  const query = useDeferredValue(queryOf(filter))
  const users = useQuery({
    queryKey: ['users', query],
    queryFn: () => unwrap(api.GET('/api/users/', { params: { query } })),
    placeholderData: keepPreviousData,
  })
  const narrow = (change: Partial<Filter>) => setFilter({ ...filter, page: 1, ...change })
  return (
    <>
      <PageHead
        title="Users"
        summary="Who may sign in, and whom each of them sees."
        actions={
          <>
            <SyncAdvisors onInvited={setInvitations} />
            <AddUser onInvited={setInvitations} />
          </>
        }
      />
      <div className="flex flex-wrap items-end gap-3 pb-3">
        <div className="w-64 max-w-full">
          <TextField label="Search" placeholder="User name, name or mail" value={filter.search} onChange={(event) => narrow({ search: event.target.value })} />
        </div>
        <Select
          label="Role"
          value={filter.role}
          choices={[
            { value: ALL, label: 'All roles' },
            ...(['advisor', 'coordinator', 'admin'] as const).map((role) => ({ value: role, label: ROLE_WORDS[role] })),
          ]}
          onChange={(role) => narrow({ role })}
        />
        <Select
          label="Signing in"
          value={filter.active}
          choices={[
            { value: ALL, label: 'All' },
            { value: 'true', label: 'May sign in' },
            { value: 'false', label: 'May not' },
          ]}
          onChange={(active) => narrow({ active })}
        />
      </div>
      <Loaded query={users}>
        {(page) =>
          page.count === 0 ? (
            <Empty title="No user">{page.reason}</Empty>
          ) : (
            <>
              <Table
                caption="Users"
                captionHidden
                columns={columns(setEdited)}
                rows={page.results}
                rowKey={(user) => user.username}
                sorting={filter.sorting}
                onSorting={(sorting) => narrow({ sorting })}
                tools={<CsvButton what="users" onDownload={() => downloadCsv(address(query), 'users.csv')} />}
              />
              <Pagination page={filter.page} pageSize={PAGE_SIZE} total={page.count} noun="users" onPage={(next) => setFilter({ ...filter, page: next })} />
            </>
          )
        }
      </Loaded>
      {edited !== null && <EditUser key={edited.username} user={edited} onClose={() => setEdited(null)} onInvited={setInvitations} />}
      <InviteLinks invitations={invitations} onClose={() => setInvitations([])} />
    </>
  )
}

function queryOf({ page, search, role, active, sorting }: Filter) {
  const column = SORTED.find((one) => one === sorting.key) ?? 'username'
  const ordering: `-${typeof column}` | typeof column = sorting.descending ? `-${column}` : column
  return {
    page,
    page_size: PAGE_SIZE,
    ordering,
    ...(search.trim() !== '' && { search: search.trim() }),
    ...(role !== ALL && { role }),
    ...(active !== ALL && { active: active === 'true' }),
  }
}

/** The whole of the list, in the same order: without the page. */
function address(query: ReturnType<typeof queryOf>): string {
  const named = Object.entries(query).filter(([name]) => !name.startsWith('page'))
  return `/api/users/?${new URLSearchParams(named.map(([name, value]) => [name, String(value)])).toString()}`
}

function columns(onEdit: (user: User) => void): Column<User>[] {
  return [
    { key: 'username', header: 'User name', rowHeader: true, sort: (user) => user.username, cell: (user) => <span className="font-medium break-all">{user.username}</span> },
    { key: 'name', header: 'Name', wideOnly: true, sort: (user) => user.name, cell: (user) => user.name },
    { key: 'role', header: 'Role', sort: (user) => user.role, cell: (user) => ROLE_WORDS[user.role] },
    { key: 'sees', header: 'Sees', wideOnly: true, cell: seen },
    { key: 'state', header: 'Account', cell: state },
    {
      key: 'last_login',
      header: 'Last sign-in',
      wideOnly: true,
      sort: (user) => user.last_login,
      cell: (user) => (user.last_login === null ? 'never' : formatFromNow(user.last_login)),
    },
    {
      key: 'edit',
      header: '',
      align: 'right',
      cell: (user) => (
        <Button size="small" aria-label={`Change ${user.username}`} onClick={() => onEdit(user)}>
          Change
        </Button>
      ),
    },
  ]
}

function seen({ role, classes, branches }: User): string {
  if (role === 'admin') return 'every student'
  const all = role === 'coordinator' ? branches : classes.map((one) => one.class_id)
  return all.length === 0 ? 'nobody yet' : listWords(all)
}

function state({ active, has_password: hasPassword, demo }: User): string {
  if (!active) return 'may not sign in'
  if (!hasPassword) return 'invited'
  return demo ? 'active, of the demo' : 'active'
}
