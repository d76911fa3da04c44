/**
 * What `{{git}}` and `{{git_hash}}` stand for: asked of git itself, in the folder of the pipeline.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The state of a repository. */
export interface GitState {
  /** The branch; where there is none, what {@link hash} is. */
  readonly location: string;
  /** The tag, or the short hash; with `-dirty` after it when files have changed. */
  readonly hash: string;
}

/** Reads it; nothing outside of a repository with a commit, or without git. */
export async function readGit(
  folder: string,
  {
    env,
    signal,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
): Promise<GitState | undefined> {
  const git = async (
    ...words: readonly string[]
  ): Promise<string | undefined> => {
    try {
      const { stdout } = await execute('git', words, {
        cwd: folder,
        env,
        signal,
      });
      return stdout.replace(/\n$/, '');
    } catch {
      // No git, no repository, no commit or no branch: the caller says what that means.
      return undefined;
    }
  };
  const hash = await git('describe', '--tags', '--always', '--dirty=-dirty');
  if (hash === undefined) return undefined;
  const branch = await git('symbolic-ref', '--short', 'HEAD');
  return { location: branch ?? hash, hash };
}
