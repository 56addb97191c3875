/** How everything that opens over the page looks: lists of choices and menus. */
export const POPUP =
  'z-50 max-h-[min(24rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line ' +
  'bg-surface p-1 text-ink shadow-raised outline-none'

export const POPUP_ITEM =
  'flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1.5 text-sm outline-none select-none ' +
  'data-highlighted:bg-accent-soft data-disabled:text-ink-3'
