import { spawn } from 'node:child_process'

/** Runs a program in the repository's folder, with our own output unless its words are dropped. True when it ended well. */
export function runTool(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  output: 'shown' | 'dropped' = 'shown',
): Promise<boolean> {
  return new Promise((resolve) => {
    const words = output === 'shown' ? 'inherit' : 'ignore'
    const tool = spawn(program, args, { stdio: ['ignore', words, words], env: environment })
    tool.on('error', (error) => {
      console.error(`${program}: ${error.message}`)
      resolve(false)
    })
    tool.on('exit', (code) => resolve(code === 0))
  })
}
