/**
 * `npm start`: set-up, then every example, then what ran, what was reused and which notebook to open.
 */
import { fileURLToPath } from 'node:url';
import { runScript, setup } from './setup/clone.mjs';
import { duration, root, run, say } from './setup/terminal.mjs';
import { closingWords, endedTasks } from './start/summary.mjs';

/** The notebook that a newcomer should see first. */
const NOTEBOOK = 'e2e/examples/first-pipeline/output/fit-model.ipynb';

await runScript(async () => {
  await setup();
  say('\nnpx nx run-many -t execute\n');
  const started = Date.now();
  const nx = fileURLToPath(new URL('node_modules/nx/dist/bin/nx.js', root));
  const { code } = await run(
    process.execPath,
    [nx, 'run-many', '-t', 'execute'],
    { inherit: true, env: { ...process.env, NX_TUI: 'false' } },
  );
  const took = duration(Date.now() - started);
  if (code !== 0) {
    say(`\nNot all tasks succeeded (${took}); the report above says why.`);
    return code;
  }
  say(closingWords(endedTasks(started), took, NOTEBOOK));
  return 0;
});
