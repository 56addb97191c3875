// Runs before the first paint, so that a dark screen never flashes white; a file of its own, because the content
// security policy allows no script inside the page.
const chosen = localStorage.getItem('theme')
const dark = matchMedia('(prefers-color-scheme: dark)').matches
document.documentElement.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light'
