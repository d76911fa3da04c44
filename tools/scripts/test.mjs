/**
 * `npm test`: set-up, then every part of the test suite, going on after a part that failed. `npm test -- unit lint`
 * runs the named parts. Ends with one line that counts jest's tests and one for each part that is not jest.
 */
import { runScript, setup } from './setup/clone.mjs';
import { SetupFailed, duration, say } from './setup/terminal.mjs';
import {
  choosePart,
  closingLine,
  partLine,
  parts,
  runPart,
} from './test/parts.mjs';

await runScript(async () => {
  const chosen = choosePart(process.argv.slice(2));
  if (!chosen.ok) throw new SetupFailed(chosen.error);
  const todo = parts.filter(({ name }) => chosen.names.has(name));
  const { hasServer } = await setup({
    needsServer: todo.some(({ usesServer }) => usesServer === true),
    needsTools: todo.some(({ usesTools }) => usesTools === true),
  });
  const results = [];
  for (const part of todo) {
    say(`\n── ${part.name}: ${part.what}\n`);
    const started = performance.now();
    const counts = await runPart(part, { hasServer });
    results.push({
      name: part.name,
      counts,
      took: duration(performance.now() - started),
    });
  }
  say('\n── all parts\n');
  for (const result of results) say(partLine(result));
  const { text, isGreen } = closingLine(results.map(({ counts }) => counts));
  say(`\n${text}`);
  return isGreen ? 0 : 1;
});
