import '@fontsource-variable/inter/wght.css'
import '../../renderer/app/base.css'
import type { Language } from '#shared/domain/languages.ts'
import { openStage } from './stage.tsx'
import { VIEW_STATES } from './view-states.ts'

/** `?state=reveal&scheme=dark&language=de` shows that state; without a state, the list of all. */
async function show(): Promise<void> {
  const asked = new URLSearchParams(window.location.search)
  const state = VIEW_STATES.find(({ id }) => id === asked.get('state'))
  if (!state) {
    document.body.textContent = VIEW_STATES.map(({ id }) => id).join('\n')
    return
  }
  const stage = await openStage({
    language: (asked.get('language') ?? 'en') as Language,
    scheme: asked.get('scheme') === 'dark' ? 'dark' : 'light',
    address: state.address ?? '#/tokens/mine',
    world: state.world,
  })
  await state.reach?.(stage)
}

show().then(
  () => document.body.setAttribute('data-ready', 'yes'),
  (error: unknown) => document.body.setAttribute('data-ready', String(error)),
)
