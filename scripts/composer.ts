/** `npm run composer -- --config FILE`: the composer without the app, straight from its sources. */
import './end-with-npm.ts'
import '../electron/composer/main.ts'
