/**
 * For services that `npm run` starts; to be imported first. npm puts a shell in between, and a signal to npm alone ends that
 * shell and not the service, which would run on unseen, with its port. So the service ends when its shell has gone.
 */
if (process.env.npm_lifecycle_event !== undefined) {
  const shell = process.ppid
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      asked = true
    })
  }
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    // A second signal would cut an orderly end short.
    if (!asked) process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}
