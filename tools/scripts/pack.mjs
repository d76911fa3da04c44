/**
 * `npm run pack`: one tarball per publishable package in .cache/pack, each checked to hold what it needs and nothing
 * else. `--version X` packs under another version, also in what the packages ask of each other.
 */
import { parseArgs } from 'node:util';
import { packAll } from './pack/tarballs.mjs';
import { runScript, setup } from './setup/clone.mjs';
import { say } from './setup/terminal.mjs';

await runScript(async () => {
  const { values } = parseArgs({ options: { version: { type: 'string' } } });
  await setup();
  for (const tarball of await packAll(values.version))
    say(`  ${tarball.file}  ${tarball.files} files, ${tarball.kilobytes} kB`);
  return 0;
});
