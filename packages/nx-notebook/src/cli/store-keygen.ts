/** `store keygen`: a pair of ed25519 keys for signed results. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { generateSigningKeys } from '@nx-notebook/store';
import {
  CommandFailed,
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';

/** Makes keys; the private one goes to a new file or to stdout, and nowhere else. */
export async function makeKeys(
  { terminal, cwd }: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { out } = options;
  const keys = generateSigningKeys();
  const file = typeof out === 'string' ? resolve(cwd, out) : undefined;
  if (file !== undefined) await writeNewFile(file, keys.privateKey);
  if (wantsJson(options)) {
    const { keyId, publicKey } = keys;
    terminal.out(
      JSON.stringify(
        file === undefined ? keys : { keyId, publicKey, privateKeyFile: file },
      ),
    );
    return EXIT.ok;
  }
  if (file === undefined) terminal.out(keys.privateKey.trimEnd());
  else terminal.out(`Private key: ${file}`);
  terminal.out(`Public key:  ${keys.publicKey}`);
  terminal.err(
    [
      "Next: 1. Give the private key to main's CI alone, as the secret NX_NOTEBOOK_STORE_SIGNING_KEY (its text, or the path of a file). Never commit it.",
      `      2. Add the public key to nx.json: "storePublicKeys": ["${keys.publicKey}"]. From then on unsigned results are not taken.`,
    ].join('\n'),
  );
  return EXIT.ok;
}

async function writeNewFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'EEXIST'
      ? new CommandFailed(
          `${file} exists already; a key is never overwritten.`,
          'Choose another file.',
        )
      : new CommandFailed(
          `${file} can't be written (${code ?? 'unknown reason'}).`,
          'Choose a folder that exists and that you may write.',
        );
  }
}
