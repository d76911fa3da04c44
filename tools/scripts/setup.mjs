/**
 * `npm run setup`: makes a fresh clone ready and does nothing else.
 */
import { runScript, setup } from './setup/clone.mjs';

await runScript(async () => {
  await setup();
  return 0;
});
