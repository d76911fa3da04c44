/**
 * `npm run bench`: measures us against our limits and our peers, in one run on this machine, and prints a table.
 * `--only example,wide` chooses cases, `--rounds 5` how often each is measured.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeInstallations } from '../scripts/pack/installation.mjs';
import { runScript, setup } from '../scripts/setup/clone.mjs';
import { SetupFailed, announce, say } from '../scripts/setup/terminal.mjs';
import { isMet, table } from './measurement.mjs';
import { benchFolder, installPeers } from './peers.mjs';

const usage = `npm run bench [-- --only CASE,CASE] [--rounds N]

  --only     the cases to measure: example, wide, cell, memory, inference, loading, thousand, restore, big; all by default
  --rounds   how often each is measured; the median counts (default 3)`;

/** What the command line asks for; a mistake in it is told in one line. */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        only: { type: 'string' },
        rounds: { type: 'string', default: '3' },
      },
    });
    if (Number.isInteger(Number(values.rounds)) && Number(values.rounds) > 0)
      return values;
  } catch (error) {
    const [first] = /** @type {Error} */ (error).message.split('\n');
    throw new SetupFailed(`${first}\n\n${usage}`);
  }
  throw new SetupFailed(`--rounds takes a whole number from 1.\n\n${usage}`);
}

await runScript(async () => {
  const values = readArguments();
  if (values.help) {
    say(usage);
    return 0;
  }
  await setup();
  // What the cases import was compiled by the set-up.
  const { cases } = await import('./cases.mjs');
  const { NX_VERSION, withWorkspaces } = await import('./workspace.mjs');
  const names = values.only?.split(',') ?? cases.map(({ name }) => name);
  const unknown = names.filter((name) => !cases.some((it) => it.name === name));
  if (unknown.length > 0)
    throw new SetupFailed(
      `There is no case ${unknown.join(', ')}. Cases: ${cases.map(({ name }) => name).join(', ')}.`,
    );
  await mkdir(benchFolder, { recursive: true });
  await installPeers();
  await makeInstallations([NX_VERSION]);
  /** @type {import('./measurement.mjs').Row[]} */
  const rows = [];
  for (const { name, what, sketches, measure } of cases.filter((it) =>
    names.includes(it.name),
  ))
    await announce(name, what, async () => {
      const measured = await withWorkspaces(sketches(), (...workspaces) =>
        measure(Number(values.rounds), ...workspaces),
      );
      rows.push(...measured);
      return 'measured';
    });
  say(`\n${table(rows)}\n`);
  const report = {
    measuredAt: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      nx: NX_VERSION,
    },
    rounds: Number(values.rounds),
    rows: rows.map((row) => ({ ...row, met: isMet(row) })),
  };
  const file = join(benchFolder, 'latest.json');
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  say(`Written to ${file}`);
  return rows.every(isMet) ? 0 : 1;
});
