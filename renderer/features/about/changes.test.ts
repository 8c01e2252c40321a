import { expect, it } from 'vitest'
import changelog from '../../../docs/CHANGELOG.md?raw'
import { changesOf } from './changes.ts'

it('reads versions, parts and points that go on', () => {
  expect(
    changesOf(
      '# Changes\n\nWords.\n\n## 1.1.0\n- One `thing`\n  goes on\n- Two\n\n## 1.0.0\n\n### New\n- Three\n### Mended\n- Four\n',
    ),
  ).toEqual([
    { version: '1.1.0', parts: [{ title: null, points: ['One thing goes on', 'Two'] }] },
    {
      version: '1.0.0',
      parts: [
        { title: 'New', points: ['Three'] },
        { title: 'Mended', points: ['Four'] },
      ],
    },
  ])
})

it('reads all of ours', () => {
  const versions = changesOf(changelog)
  expect(versions[0]?.version).toMatch(/^\d+\.\d+\.\d+/)
  const points = versions.flatMap(({ parts }) => parts.flatMap((part) => part.points))
  expect(points).toHaveLength(changelog.match(/^- /gm)?.length ?? 0)
  for (const point of points) expect(point).not.toMatch(/[*_`[\]]/)
})
