/**
 * Who executes, for the provenance of results: read from what CI systems tell in the environment, else the user and the
 * machine. For people who ask where a result came from; never part of a decision, and without secrets. Pure.
 */

/** Where a result came from. */
export interface RunProvenance {
  /** A login, or `user@host`. */
  readonly who: string;
  /** Branch, tag or pull request. */
  readonly ref?: string;
  readonly commit?: string;
  /** Address of the page where the run can be read. */
  readonly run?: string;
}

/** What is known without CI. */
export interface LocalRun {
  readonly user: string;
  readonly host: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Long enough for every name; somebody else's environment must not swell each manifest. */
const maxLength = 300;

/** The provenance of this run. */
export function describeRun(env: Variables, local: LocalRun): RunProvenance {
  const here = `${local.user}@${local.host}`;
  const { who, ref, commit, run } = fromCi(env);
  return {
    who: cut(who ?? here),
    ...(ref === undefined ? {} : { ref: cut(ref) }),
    ...(commit === undefined ? {} : { commit: cut(commit) }),
    ...(run === undefined ? {} : { run: cut(run) }),
  };
}

type Facts = { readonly [Name in keyof RunProvenance]: string | undefined };

function fromCi(env: Variables): Partial<Facts> {
  const read = (name: string): string | undefined => env[name] || undefined;
  if (read('GITHUB_ACTIONS') !== undefined) {
    const page = ['SERVER_URL', 'REPOSITORY', 'RUN_ID'].map((name) =>
      read(`GITHUB_${name}`),
    );
    const [server, repository, id] = page;
    return {
      who: read('GITHUB_ACTOR'),
      ref: read('GITHUB_REF'),
      commit: read('GITHUB_SHA'),
      run: page.includes(undefined)
        ? undefined
        : address(`${server}/${repository}/actions/runs/${id}`),
    };
  }
  if (read('GITLAB_CI') !== undefined) {
    return {
      who: read('GITLAB_USER_LOGIN'),
      ref: read('CI_COMMIT_REF_NAME'),
      commit: read('CI_COMMIT_SHA'),
      run: address(read('CI_JOB_URL')),
    };
  }
  if (read('CI') === undefined && read('BUILD_URL') === undefined) return {};
  return {
    who: first(read, ['BUILD_USER_ID', 'CIRCLE_USERNAME']) ?? 'ci',
    ref: first(read, ['GIT_BRANCH', 'CIRCLE_BRANCH', 'BUILDKITE_BRANCH']),
    commit: first(read, ['GIT_COMMIT', 'CIRCLE_SHA1', 'BUILDKITE_COMMIT']),
    run: address(
      first(read, ['BUILD_URL', 'CIRCLE_BUILD_URL', 'BUILDKITE_BUILD_URL']),
    ),
  };
}

function first(
  read: (name: string) => string | undefined,
  names: readonly string[],
): string | undefined {
  return names.map(read).find((value) => value !== undefined);
}

/** Without what may be secret in a URL. */
function address(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  return origin === 'null' ? undefined : `${origin}${pathname}`;
}

function cut(text: string): string {
  return text.slice(0, maxLength);
}
