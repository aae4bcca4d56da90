import { ConfigurationError, ExplainedError, toError, toLine } from '../base/errors.ts';
import { describeFileError } from '../base/text-file.ts';
import { describeStsError } from './sts-errors.ts';

/** Whose settings led there. */
export interface ErringProfile {
  readonly profile: string;
  /** The profile in which its `source_profile` ends; itself where it has none. */
  readonly origin: string;
}

/**
 * Why there are no credentials, and what helps. The SDK's sentences have neither the profile's name nor the command; its
 * other texts are AWS's own.
 * @param by undefined where no profile led there
 */
export function describeCredentialError(error: unknown, by: ErringProfile | undefined): Error {
  // Said by us on the way: of an MFA code, of a proxy.
  if (error instanceof ExplainedError) return error;
  const cause: Cause = { error, said: toError(error).message, profile: by?.profile, origin: by?.origin };
  for (const describe of DESCRIPTIONS) {
    const described = describe(cause);
    if (described !== undefined) return described;
  }
  return describeOther(cause);
}

interface Cause {
  readonly error: unknown;
  readonly said: string;
  readonly profile: string | undefined;
  readonly origin: string | undefined;
}

/** First to last; each says undefined of what is none of its own. */
const DESCRIPTIONS: readonly ((cause: Cause) => Error | undefined)[] = [
  describeLogin,
  describeIdentityCenter,
  describeSts,
  describeFile,
  describeProgram,
  describeSettings,
  describeNetwork,
];

/** What the SDK finds on this machine, and what the portal answers to a login that was ended elsewhere. */
const LOGGED_OUT =
  /\bsso\b.*(?:session|token|expired|invalid)|refresh this SSO session|^UnauthorizedException\b/i;
const LOGIN_ENDED = /re-?authenticate using aws login|^Failed to load token from /;

function describeLogin({ said, origin }: Cause): Error | undefined {
  const command = LOGGED_OUT.test(said) ? 'sso login' : LOGIN_ENDED.test(said) ? 'login' : undefined;
  if (command === undefined) return undefined;
  const isNamed = origin !== undefined && origin !== 'default';
  const login = `aws ${command}${isNamed ? ` --profile ${origin}` : ''}`;
  const session = command === 'login' ? 'the login' : 'the SSO session';
  return new ExplainedError(
    `${session} of ${origin ?? 'the profile'} has expired, or there is none: run \`${login}\``,
  );
}

function describeIdentityCenter({ error, said, origin }: Cause): Error | undefined {
  if (!/^(?:Forbidden|ResourceNotFound)Exception\b/.test(said)) return undefined;
  return new ExplainedError(
    `IAM Identity Center does not give the role of ${origin ?? 'the profile'} (${clip(said)}): correct sso_account_id and sso_role_name, or have it assigned`,
    { cause: error },
  );
}

/** The SDK marks in this way whatever came of a call. */
function describeSts({ error, profile }: Cause): Error | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined;
  const whose = profile === undefined ? 'AWS_ROLE_ARN' : `the profile ${profile}`;
  return describeStsError(error, `give the credentials of ${whose}`);
}

/** Of a web identity token. */
function describeFile({ error, profile }: Cause): Error | undefined {
  if (!(error instanceof Error && 'path' in error && typeof error.path === 'string')) return undefined;
  const by = profile === undefined ? 'AWS_WEB_IDENTITY_TOKEN_FILE' : `the profile ${profile}`;
  return new ConfigurationError(`${by}: ${describeFileError(error.path, error)}`, { cause: error });
}

/** Of `credential_process`; what the program says comes behind the line that started it. */
function describeProgram({ error, said, profile }: Cause): Error | undefined {
  const [first = '', ...rest] = said.split('\n');
  if (!first.startsWith('Command failed: ')) return undefined;
  const words = clip(rest.join(' ')) || 'it says nothing';
  return new ExplainedError(
    `the credential_process of ${profile ?? 'the profile'} failed (${words}): correct it, or what it needs`,
    { cause: error },
  );
}

/** Settings that are there and lead nowhere. */
function describeSettings({ said, profile }: Cause): Error | undefined {
  const last = /^Could not resolve credentials using profile: \[(.*)\] in /.exec(said)?.[1];
  if (last === undefined) return undefined;
  const remedy =
    'complete it (role_arn needs source_profile or credential_source, aws_access_key_id needs aws_secret_access_key)';
  return new ConfigurationError(
    last === profile
      ? `the profile ${profile} leads to no credentials: ${remedy}`
      : `the profile ${profile} leads to ${last}, which is not there or leads to no credentials: correct source_profile, or ${last}`,
  );
}

/** The SDK keeps no more than words of what it was told by others than STS. */
function describeNetwork({ error, said, profile }: Cause): Error | undefined {
  if (profile === undefined || !/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|proxy|certificate/i.test(said))
    return undefined;
  return new ExplainedError(
    `AWS could not be asked for the credentials of ${profile} (${clip(said)}): look at the network, the region, HTTPS_PROXY, and AWS_CA_BUNDLE`,
    { cause: error },
  );
}

const ELSEWHERE =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or run where a role is: a pod with one, EC2, ECS';

function describeOther({ error, said, profile }: Cause): Error {
  return new ExplainedError(
    profile === undefined
      ? `no AWS credentials (${clip(said)}): ${ELSEWHERE}`
      : `the profile ${profile} leads to no credentials (${clip(said)}): correct it, or choose another with --profile or AWS_PROFILE`,
    { cause: error },
  );
}

function clip(text: string): string {
  return toLine(text).slice(0, 200);
}
