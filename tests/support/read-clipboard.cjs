// Prints what is on the system's clipboard, as another program sees it.
const { app, clipboard } = require('electron')

app.whenReady().then(async () => {
  process.stdout.write(`CLIPBOARD=${JSON.stringify(await clipboard.readText())}\n`, () => app.exit(0))
})
