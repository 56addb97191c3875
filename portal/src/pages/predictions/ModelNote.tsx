/** Which model said so, and when; or that none did. */
export function ModelNote({ version, week }: { version: string | null; week?: number }) {
  const when = week === undefined ? '' : `, predicted in week ${week}`
  return (
    <p className="pt-1 text-xs text-ink-2">
      {version === null ? `A rule of thumb, no trained model${when}.` : `Model ${version}${when}.`}
    </p>
  )
}
