import { CircleUser } from 'lucide-react'
import { Outlet } from 'react-router'
import { useMe } from '@/api/me'
import { session } from '@/api/session'
import { paths } from '@/paths'
import { StudentSearch } from './StudentSearch'
import { WeekAndClass } from './WeekAndClass'
import { chooseTheme, useThemeChoice, type ThemeChoice } from '@/theme'
import { Button, Menu, Shell, toast, type NavEntry } from '@/ui'

const NAV: readonly NavEntry[] = [
  { label: 'This week', to: paths.home(), exact: true },
  { label: 'Students', to: paths.students() },
  { label: 'Class', to: paths.classPage() },
  { label: 'Exams', to: paths.exams() },
  { label: 'Follow-ups', to: paths.followUps() },
]

const ADMIN_NAV: readonly NavEntry[] = [
  { label: 'Runs', to: paths.runs() },
  { label: 'Models', to: paths.models() },
  { label: 'Users', to: paths.users() },
  { label: 'Audit log', to: paths.audit() },
]

/** What every page has around it. */
export function Frame() {
  const me = useMe().data
  return (
    <Shell
      nav={me?.role === 'admin' ? [...NAV, ...ADMIN_NAV] : NAV}
      choices={<WeekAndClass />}
      search={<StudentSearch />}
      userMenu={<UserMenu name={me?.name ?? ''} />}
      notice={me?.demo === true ? <DemoNotice /> : undefined}
    >
      <Outlet />
    </Shell>
  )
}

function DemoNotice() {
  return (
    <p className="bg-watch-soft px-4 py-1 text-center text-xs font-medium text-ink">
      Demo college: it is simulated, and nobody in it is real.
    </p>
  )
}

function UserMenu({ name }: { name: string }) {
  const theme = useThemeChoice()
  return (
    <Menu
      trigger={
        <Button kind="quiet" icon={<CircleUser size={16} aria-hidden />} aria-label={`Your account: ${name}`}>
          <span className="max-w-40 truncate max-md:hidden">{name}</span>
        </Button>
      }
      entries={[
        {
          kind: 'choice',
          label: 'Appearance',
          value: theme,
          choices: [
            { value: 'system', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ],
          onChange: (value) => chooseTheme(value as ThemeChoice),
        },
        { kind: 'line' },
        { kind: 'link', label: 'Account and settings', to: paths.account() },
        { kind: 'link', label: 'The policy in force', to: paths.policy() },
        { kind: 'action', label: 'Sign out', onSelect: () => void signOut() },
      ]}
    />
  )
}

async function signOut(): Promise<void> {
  try {
    await session.signOut()
  } catch {
    toast('You are still signed in', { description: 'No answer came. Check your network and sign out again.', urgent: true })
  }
}
