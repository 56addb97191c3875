import { useCallback, useEffect, useRef, useState } from 'react'

const WEEK_MS = 900

interface Clock {
  /** The week that is shown or was passed last: changes once a week, not once a frame. */
  week: number
  playing: boolean
  /** Time in weeks, for the frame that is being drawn. */
  time: () => number
  play: () => void
  pause: () => void
  goTo: (week: number) => void
}

/**
 * Plays over the weeks 0 to `last`, calling `onFrame` before each picture. Time is kept outside React's state: a frame
 * costs its drawing and nothing else. Where motion is unwanted it goes from week to week without moving between.
 */
export function useClock(last: number, onFrame: (time: number) => void): Clock {
  const [week, setWeek] = useState(last)
  const [playing, setPlaying] = useState(false)
  const now = useRef(last)
  const frame = useRef(onFrame)
  useEffect(() => {
    frame.current = onFrame
  })
  useEffect(() => {
    if (!playing) return
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const started = performance.now() - now.current * WEEK_MS
    let request = requestAnimationFrame(function step(at) {
      const time = Math.min(last, Math.max(0, (at - started) / WEEK_MS))
      now.current = still ? Math.floor(time) : time
      setWeek(Math.floor(time))
      frame.current(now.current)
      if (time < last) request = requestAnimationFrame(step)
      else setPlaying(false)
    })
    return () => cancelAnimationFrame(request)
  }, [playing, last])
  const goTo = useCallback((to: number) => {
    now.current = to
    setWeek(to)
    setPlaying(false)
  }, [])
  const play = useCallback(() => {
    if (now.current >= last) now.current = 0
    setPlaying(true)
  }, [last])
  const pause = useCallback(() => goTo(Math.round(now.current)), [goTo])
  const time = useCallback(() => now.current, [])
  return { week, playing, time, play, pause, goTo }
}
