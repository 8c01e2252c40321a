/** Offers `text` to the reader as a file; where it goes is between them and the browser or the window. */
export function saveText(fileName: string, text: string, type = 'application/json'): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The file is read after the click returns; a minute is plenty for what is in memory already.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
