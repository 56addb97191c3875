/** Printing the page as it is; the weekly briefing in two pages is a file of the server. */

/** Charts are drawn for their width: the page takes that of paper first, in light, and goes back when the dialog closes. */
export function printPage(): void {
  const root = document.documentElement
  const theme = root.dataset.theme
  root.dataset.theme = 'light'
  root.dataset.paper = ''
  const back = () => {
    delete root.dataset.paper
    if (theme === undefined) delete root.dataset.theme
    else root.dataset.theme = theme
  }
  window.addEventListener('afterprint', back, { once: true })
  // A resized chart is drawn in the frame after the one that found its width out.
  setTimeout(() => window.print(), 250)
}
