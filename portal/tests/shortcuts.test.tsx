import { fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'
import { characterShortcuts, chooseCharacterShortcuts, useCharacterShortcuts } from '@/shortcuts'
import { Search } from '@/ui'

beforeEach(() => localStorage.clear())

/** The search of every page, and a switch as the account page has one. */
function Page() {
  const on = useCharacterShortcuts()
  return (
    <>
      <Search<string>
        label="Search"
        shortcut={on ? 'slash' : 'ctrl-k'}
        text=""
        onText={() => undefined}
        items={[]}
        itemKey={(item) => item}
        itemText={(item) => item}
        renderItem={(item) => item}
        onChoose={() => undefined}
      />
      <button onClick={() => chooseCharacterShortcuts(!on)}>Switch</button>
    </>
  )
}

describe('shortcuts of one character', () => {
  it('are on, until they are switched off in this browser', () => {
    expect(characterShortcuts()).toBe(true)
    chooseCharacterShortcuts(false)
    expect(characterShortcuts()).toBe(false)
    chooseCharacterShortcuts(true)
    expect(localStorage.length).toBe(0)
  })

  it('do nothing while they are off, and Ctrl-K goes on', () => {
    render(<Page />)
    const search = screen.getByRole('combobox', { name: 'Search' })
    fireEvent.keyDown(document.body, { key: '/' })
    expect(document.activeElement).toBe(search)
    search.blur()
    fireEvent.click(screen.getByRole('button', { name: 'Switch' }))
    fireEvent.keyDown(document.body, { key: '/' })
    expect(document.activeElement).not.toBe(search)
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
    expect(document.activeElement).toBe(search)
  })
})
