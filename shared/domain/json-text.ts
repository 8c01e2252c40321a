/**
 * A value as JSON, for what is long. A structure is walked value by value on both sides of the contract; a text crosses as
 * it is, and the runtime's own parser reads it ten times as fast.
 */
export type JsonText<Value> = string & { readonly jsonOf?: Value }

export const jsonText = <Value>(value: Value): JsonText<Value> => JSON.stringify(value)

/** @throws SyntaxError for what is no JSON; the value is trusted as what it was made from */
export const readJsonText = <Value>(text: JsonText<Value>): Value => JSON.parse(text)
