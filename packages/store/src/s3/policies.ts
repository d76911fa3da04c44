/**
 * Who may do what in a shared bucket, in S3's policy language: ready-made statements for readers, pull requests and
 * main, and the rules that delete what is old. What clients do needs no more than this: nobody lists, nobody deletes.
 * Pure.
 *
 * Source: CVE-2025-36852 ("CREEP"): only credentials keep a pull request from writing what main reads.
 */

/** The bucket and the folder in it that a policy is for. */
export interface PolicyTarget {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** What somebody is to the store. */
export type PolicyRole =
  /** Developers: reads `t/`, writes nothing. */
  | { readonly kind: 'reader' }
  /** Continuous integration of protected branches: reads and writes `t/`. */
  | { readonly kind: 'trusted' }
  /** Pull requests: reads `t/`, reads and writes `u/<name>/`; `*` for all scopes. */
  | { readonly kind: 'untrusted'; readonly name: string };

/** A statement of a policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?:
    '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: readonly string[] | string;
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** A policy as S3 and IAM read it. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** `abort` cleans up parts of an upload of one's own that failed; it touches no object. */
const WRITE_ACTIONS = ['s3:PutObject', 's3:AbortMultipartUpload'];

/** For a user or a role (IAM; also MinIO's `mc admin policy`). */
export function identityPolicy(
  target: PolicyTarget,
  role: PolicyRole,
): PolicyDocument {
  return policy(grants(target, role));
}

/**
 * For a bucket of a server whose policies name accounts (versitygw, SeaweedFS, Ceph); everything else is refused.
 * Principals are spelled as the server spells them.
 */
export function bucketPolicy(
  target: PolicyTarget,
  granted: readonly {
    readonly role: PolicyRole;
    readonly principals: readonly string[];
  }[],
): PolicyDocument {
  return policy(
    granted.flatMap(({ role, principals }, index) =>
      grants(target, role).map((statement) => ({
        ...statement,
        // Names of statements must differ.
        Sid: `${statement.Sid}${index + 1}`,
        Principal: { AWS: principals },
      })),
    ),
  );
}

/**
 * For a bucket of AWS, beside identity policies: whatever else somebody's identity may do, only main's roles write
 * what everybody reads, and manifests are never overwritten unawares.
 */
export function awsBucketPolicy(
  target: PolicyTarget,
  trustedRoles: readonly string[],
): PolicyDocument {
  return policy([
    {
      Sid: 'OnlyMainChangesWhatAllRead',
      Effect: 'Deny',
      Principal: '*',
      Action: [
        's3:PutObject',
        's3:PutObjectAcl',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
      ],
      Resource: [arn(target, 't/*'), arn(target, '_meta/*')],
      Condition: { ArnNotLike: { 'aws:PrincipalArn': trustedRoles } },
    },
    {
      Sid: 'ManifestsAreWrittenOnce',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObject'],
      // Stars match slashes: all generations, and the entries of Nx below them. Without the ending it would be blobs, too:
      // those of the shard `ac` lie in `cas/ac/`.
      Resource: [arn(target, 't/*/ac/*.json'), arn(target, '_meta/*')],
      Condition: {
        // Creating an upload and sending its parts can't carry a condition; completing it can.
        Bool: { 's3:ObjectCreationOperation': 'true' },
        // If-Match replaces a manifest whose blobs were lost, knowing which.
        Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
      },
    },
  ]);
}

/** Who may take a role of AWS by a token of GitHub Actions. */
export function githubTrustPolicy(options: {
  readonly account: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The last part of the token's subject, such as `ref:refs/heads/main` or `pull_request`. */
  readonly subject: string;
}): PolicyDocument {
  const issuer = 'token.actions.githubusercontent.com';
  return policy([
    {
      Sid: 'GitHubActions',
      Effect: 'Allow',
      Principal: {
        Federated: `arn:aws:iam::${options.account}:oidc-provider/${issuer}`,
      },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: `repo:${options.repository}:${options.subject}`,
        },
      },
    },
  ]);
}

/** Days after which objects are deleted: a month is read until the next one ends, 62 days, and a month of margin. */
export const TRUSTED_DAYS = 93;
/** What a pull request made; nobody reads it after the merge. */
export const UNTRUSTED_DAYS = 14;
/** Parts of uploads that were killed. */
export const UPLOAD_DAYS = 1;

/** A rule that deletes old objects. */
export interface LifecycleRule {
  readonly ID: string;
  readonly Status: 'Enabled';
  readonly Filter: { readonly Prefix: string };
  readonly Expiration?: { readonly Days: number };
  readonly AbortIncompleteMultipartUpload?: {
    readonly DaysAfterInitiation: number;
  };
}

/** All the deleting that a store needs, in the form of `aws s3api put-bucket-lifecycle-configuration`. */
export function lifecycleRules({ prefix }: Pick<PolicyTarget, 'prefix'>): {
  readonly Rules: readonly LifecycleRule[];
} {
  const below = (folder: string): string =>
    prefix === '' ? folder : `${prefix}/${folder}`;
  return {
    Rules: [
      {
        ID: 'nx-notebook-trusted',
        Status: 'Enabled',
        Filter: { Prefix: below('t/') },
        Expiration: { Days: TRUSTED_DAYS },
      },
      {
        ID: 'nx-notebook-pull-requests',
        Status: 'Enabled',
        Filter: { Prefix: below('u/') },
        Expiration: { Days: UNTRUSTED_DAYS },
      },
      {
        ID: 'nx-notebook-killed-uploads',
        Status: 'Enabled',
        Filter: { Prefix: below('') },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: UPLOAD_DAYS },
      },
    ],
  };
}

function grants(
  target: PolicyTarget,
  role: PolicyRole,
): readonly PolicyStatement[] {
  const own = role.kind === 'untrusted' ? [`u/${role.name}/*`] : [];
  const written = role.kind === 'trusted' ? ['t/*', '_meta/format.json'] : own;
  const statements: PolicyStatement[] = [
    {
      Sid: 'Read',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: ['_meta/*', 't/*', ...own].map((name) => arn(target, name)),
    },
  ];
  if (written.length > 0)
    statements.push({
      Sid: 'Write',
      Effect: 'Allow',
      Action: WRITE_ACTIONS,
      Resource: written.map((name) => arn(target, name)),
    });
  return statements;
}

function arn({ bucket, prefix }: PolicyTarget, name: string): string {
  const below = prefix === '' ? name : `${prefix}/${name}`;
  return `arn:aws:s3:::${bucket}/${below}`;
}

function policy(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}
