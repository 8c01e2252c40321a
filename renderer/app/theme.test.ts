import { describe, expect, test } from 'vitest'
import { DARK, LIGHT, RAMPS, type SchemeColours } from './colours.ts'

/** Relative luminance of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

type Name = keyof SchemeColours

const TEXT_ON: readonly (readonly [Name, readonly Name[]])[] = [
  ['text', ['page', 'surface', 'hover', 'goodBg', 'warningBg', 'dangerBg', 'accentBg']],
  ['textDimmed', ['page', 'surface', 'hover']],
  ['accentText', ['page', 'surface', 'hover']],
  ['goodText', ['page', 'surface', 'goodBg']],
  ['warningText', ['page', 'surface', 'warningBg']],
  ['dangerText', ['page', 'surface', 'hover', 'dangerBg']],
]

const MARK_ON: readonly (readonly [Name, readonly Name[]])[] = [
  ['goodMark', ['page', 'surface', 'hover', 'goodBg']],
  ['warningMark', ['page', 'surface', 'hover', 'warningBg']],
  ['dangerMark', ['page', 'surface', 'hover', 'dangerBg']],
  ['focus', ['page', 'surface', 'hover']],
]

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
] as const)('%s scheme', (_name, colours) => {
  test.each(TEXT_ON.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s reads at 4.5 : 1',
    (text, ground) => {
      expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(4.5)
    },
  )
  test.each(MARK_ON.flatMap(([mark, grounds]) => grounds.map((ground) => [mark, ground] as const)))(
    '%s on %s is seen at 3 : 1',
    (mark, ground) => {
      expect(contrast(colours[mark], colours[ground])).toBeGreaterThanOrEqual(3)
    },
  )
})

test('filled buttons carry white text at 4.5 : 1', () => {
  for (const ramp of [RAMPS.steel, RAMPS.red]) {
    expect(contrast('#ffffff', ramp[7])).toBeGreaterThanOrEqual(4.5)
    expect(contrast('#ffffff', ramp[6])).toBeGreaterThanOrEqual(4.5)
  }
})
