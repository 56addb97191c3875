/** The students of one list, as far as they are loaded. */
import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import type { components } from '@/api/__generated__/schema'
import { asApiError } from '@/api/errors'
import { Button, ErrorState, LoadingRows, classes } from '@/ui'
import type { WeekChoice } from '@/paths'
import { FlagRow, ROW_COLUMNS, type FlagActions } from './FlagRow'

export type FlagPages = UseInfiniteQueryResult<InfiniteData<components['schemas']['PageOfFlag']>>

interface Props extends FlagActions {
  flags: FlagPages
  ranked: boolean
  choice: WeekChoice
  withClass: boolean
}

export function flagsIn(flags: FlagPages) {
  return flags.data?.pages.flatMap((page) => page.results) ?? []
}

/** Null while it is not known. */
export function countIn(flags: FlagPages): number | null {
  return flags.data?.pages.at(-1)?.count ?? null
}

export function FlagList({ flags, ranked, ...rest }: Props) {
  if (flags.isPending) return <LoadingRows />
  if (flags.data === undefined) {
    const error = asApiError(flags.error)
    return <ErrorState kind={error.kind} detail={error.problem.detail} onAgain={() => void flags.refetch()} />
  }
  return (
    <>
      <div aria-hidden className={classes('hidden gap-x-3 border-b border-line pb-1 text-xs text-ink-2 lg:grid', ROW_COLUMNS)}>
        <span className="col-start-5">Effort</span>
        <span>Last contact</span>
      </div>
      <ol className={flags.isPlaceholderData ? 'opacity-60 transition-opacity' : undefined}>
        {flagsIn(flags).map((flag, index) => (
          <FlagRow key={flag.id} flag={flag} rank={ranked ? index + 1 : null} {...rest} />
        ))}
      </ol>
      {flags.hasNextPage && (
        <div className="no-print pt-3">
          <Button busy={flags.isFetchingNextPage} onClick={() => void flags.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  )
}
