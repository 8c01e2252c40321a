import type { ActualConnector, Evidence } from '../../../electron/composer/engine/model.ts'

/** Fails unless the call ends, or fails with an error that was meant. */
export async function onlyBy(meant: new (...parts: never[]) => Error, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof meant)) throw error
  }
}

const STATES = ['running', 'restarting', 'pending', 'stopped']
const isText = (value: unknown): boolean => typeof value === 'string'
const isTextOrNull = (value: unknown): boolean => value === null || isText(value)
const isNumberOrNull = (value: unknown): boolean => value === null || Number.isFinite(value)

/** What an engine's answer became is of the types that the rest of the composer relies on. */
export function checkConnectors(connectors: readonly ActualConnector[]): void {
  for (const connector of connectors) {
    const { ref, name, connectorId, platform, hash, state, createdAt, reason } = connector
    if (
      ![ref, name].every(isText) ||
      ![connectorId, platform, hash, reason].every(isTextOrNull) ||
      !STATES.includes(state) ||
      !Number.isFinite(createdAt)
    )
      throw new Error(`no connector: ${JSON.stringify(connector).slice(0, 300)}`)
  }
}

export function checkEvidence(evidence: Evidence): void {
  const { restartCount, startedAt, exitCode, looping } = evidence
  if (
    !Number.isFinite(restartCount) ||
    ![startedAt, exitCode].every(isNumberOrNull) ||
    typeof looping !== 'boolean'
  )
    throw new Error(`no evidence: ${JSON.stringify(evidence).slice(0, 300)}`)
}
