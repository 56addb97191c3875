import type { components } from '@/api/__generated__/schema'
import { ContributionBars } from '@/charts'
import { saveCsv } from '@/csv'
import { formatNumber } from '@/format'
import { CsvButton, Section } from '@/ui'
import { LIST_WORDS, signalWord } from '../flag-words'

type Flag = components['schemas']['Flag']
type Week = components['schemas']['StudentWeek']

interface Props {
  flag: Flag | null
  /** The student's row of the week that is shown. */
  week: Week | null
  file: string
}

/** Why the student is flagged, in sentences first and in points after; what goes well; what we cannot tell. */
export function Why({ flag, week, file }: Props) {
  return (
    <>
      <Section title="Why">{flag === null ? <NotFlagged week={week} /> : <Reasons flag={flag} />}</Section>
      {flag !== null && flag.missing.length > 0 && (
        <Section title="What we cannot tell">
          <Sentences of={flag.missing.map((one) => one.sentence)} />
        </Section>
      )}
      {flag !== null && (
        <Section title="What goes well">
          {flag.strengths.length === 0 ? (
            <p className="text-sm text-ink-2">Nothing stands out this week in what the college records. You may know of something.</p>
          ) : (
            <Sentences of={flag.strengths.map((one) => one.sentence)} />
          )}
        </Section>
      )}
      {flag !== null && Object.values(flag.contributions).some((points) => points > 0) && (
        <Section title="The risk score, taken apart" tools={<ContributionCsv flag={flag} file={file} />}>
          <ContributionBars
            title="What adds up to it"
            total={flag.risk_score}
            contributions={Object.entries(flag.contributions).map(([code, points]) => ({
              key: code,
              label: signalWord(code),
              points,
              clears: flag.reasons.find((reason) => reason.code === code)?.clears_when,
            }))}
          />
          <p className="pt-2 text-sm text-ink-2">
            {flag.diagnosis} By the rules: {LIST_WORDS[flag.list].toLowerCase()}
            {flag.rank_in_class === null ? '' : `, place ${flag.rank_in_class} in the class`}, urgency {formatNumber(flag.urgency)}.
          </p>
        </Section>
      )}
    </>
  )
}

function Reasons({ flag }: { flag: Flag }) {
  if (flag.reasons.length === 0) return <p className="text-sm text-ink-2">No reason: {LIST_WORDS[flag.list].toLowerCase()}.</p>
  return (
    <ol className="space-y-3">
      {flag.reasons.map((reason) => (
        <li key={reason.code} className="text-sm">
          <p>{reason.sentence}</p>
          <p className="text-xs text-ink-2">{reason.clears_when}</p>
        </li>
      ))}
    </ol>
  )
}

function NotFlagged({ week }: { week: Week | null }) {
  if (week === null) return <p className="text-sm text-ink-2">There is nothing to go by yet.</p>
  const number = week.week_status.sem_week
  if (week.risk_score === null) return <p className="text-sm text-ink-2">Week {number} has no score, so nobody is flagged in it.</p>
  return (
    <p className="text-sm text-ink-2">
      Not flagged in week {number}: nothing asks for a conversation. The risk score is {formatNumber(week.risk_score, 1)} of 100.
    </p>
  )
}

function Sentences({ of }: { of: readonly string[] }) {
  return (
    <ul className="space-y-1.5 text-sm">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}

function ContributionCsv({ flag, file }: { flag: Flag; file: string }) {
  const rows = Object.entries(flag.contributions).map(([code, points]) => [code, signalWord(code), points])
  return <CsvButton what="the risk score's parts" onDownload={() => saveCsv(`${file}-risk-score.csv`, ['signal', 'words', 'points'], rows)} />
}
