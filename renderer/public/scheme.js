// Sets the colour scheme before the first paint. A file of its own because the page allows no inline script.
;(() => {
  let scheme = 'auto'
  try {
    scheme = JSON.parse(localStorage.getItem('gatehouse') || '{}').scheme || 'auto'
  } catch {}
  if (scheme === 'auto') scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme === 'dark' ? 'dark' : 'light')
})()
