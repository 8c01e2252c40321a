import type Docker from 'dockerode'
import { makeImage } from '../support/dockerd.ts'

const STEADY = `trap 'exit 0' TERM
if test -n "$LINES"; then for i in $(seq $LINES); do echo "line $i"; done; fi
echo "out [$GREETING] [$EMPTY]"; echo "err [$GREETING] [$EMPTY]" >&2
while :; do sleep 0.2; done`

/** The images of the conformance suite. */
export async function conformanceImages(docker: Docker) {
  return {
    steadyImage: await makeImage(docker, 'gatehouse-test/steady:1', STEADY),
    fallingImage: await makeImage(docker, 'gatehouse-test/falling:1', 'echo falling; exit 3'),
    missingImage: 'gatehouse-test/absent:1',
  }
}
