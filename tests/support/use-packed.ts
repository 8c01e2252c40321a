import { inject } from 'vitest'

/** From here on `desktopCommand` starts the packed program. */
process.env.GATEHOUSE_PROGRAM = inject('program')
