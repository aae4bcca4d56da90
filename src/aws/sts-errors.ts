import { describeError, ExplainedError, readErrorCode, toError, toLine } from '../base/errors.ts';

const UNKNOWN_ISSUER =
  "the role's account needs a provider for the token's issuer, whose keys AWS has to reach: iam-bridge verify judges such a token";

/** Code of STS (AWS STS API Reference, "Common Errors", "AssumeRole") → what helps. */
const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied:
    "the role's trust policy has to name this caller, with the external id, MFA and session name that it asks for, and the caller has to be allowed sts:AssumeRole",
  ExpiredToken: 'the credentials have expired: log in again',
  ExpiredTokenException: 'the credentials have expired: log in again',
  InvalidClientTokenId:
    'the access key does not exist, or belongs to another partition: look at the credentials',
  UnrecognizedClientException:
    'the access key does not exist, or belongs to another partition: look at the credentials',
  InvalidIdentityToken: UNKNOWN_ISSUER,
  InvalidIdentityTokenException: UNKNOWN_ISSUER,
  RegionDisabledException:
    'activate STS in this region (IAM console, account settings), or give another one with --region',
  SignatureDoesNotMatch:
    'the secret key does not belong to the access key, or the clock of this machine is wrong: correct it',
  RequestExpired: 'the clock of this machine is wrong: set it',
  Throttling: 'too many requests: try again in a minute',
  ThrottlingException: 'too many requests: try again in a minute',
  ValidationError: 'correct what it names',
};

const UNREACHABLE = 'correct the region, or look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL_STS';
const UNTRUSTED =
  'give the authority of a proxy or of an isolated partition with --ca-bundle or AWS_CA_BUNDLE';

/**
 * Why STS did not do what it was asked.
 * @param what behind "AWS STS did not"
 */
export function describeStsError(error: unknown, what: string): Error {
  // Said by us on the way: of a proxy.
  if (error instanceof ExplainedError) return error;
  const { name } = toError(error);
  const remedy = Object.hasOwn(REMEDIES, name) ? REMEDIES[name] : undefined;
  const isAnswer =
    remedy !== undefined ||
    (error instanceof Error && '$metadata' in error && readStatus(error) !== undefined);
  const cause = toLine(describeError(error)).slice(0, 200);
  const helps = isAnswer ? (remedy ?? 'see its words') : describeNetwork(error);
  return new ExplainedError(`AWS STS did not ${what} (${isAnswer ? `${name}: ` : ''}${cause}): ${helps}`, {
    cause: error,
  });
}

function readStatus(error: Error & { readonly $metadata?: unknown }): unknown {
  return (error.$metadata as { readonly httpStatusCode?: unknown } | undefined)?.httpStatusCode;
}

function describeNetwork(error: unknown): string {
  const code = readErrorCode(error) ?? '';
  return /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/.test(code) ? UNTRUSTED : UNREACHABLE;
}
