import { isAccountId, parseArn } from './arn.ts';
import { PARTITION_NAMES } from './partition.ts';

/** What STS says of the one who signed a request (`GetCallerIdentity`), and what follows from it. */
export interface CallerIdentity {
  /** As STS gave it, such as `arn:aws:sts::111122223333:assumed-role/Deployer/jane`. */
  readonly arn: string;
  /** The IAM principal behind it; an assumed role as `arn:aws:iam::…:role/NAME`, without its path, which STS drops. */
  readonly canonicalArn: string;
  /** One of the eight of {@link PARTITION_NAMES}. */
  readonly partition: string;
  /** 12 digits. */
  readonly accountId: string;
  /** The unique id (`AROA…`, `AIDA…`, an account's number for its root, `ACCOUNT:name` of a federated user). */
  readonly userId: string;
  /** Chosen by whoever assumed the role; empty for all that is not a role's session. */
  readonly sessionName: string;
  /** Of the key that signed the request; empty where nobody said it. */
  readonly accessKeyId: string;
}

/** The three texts of a `GetCallerIdentityResult` (AWS STS API Reference). */
export interface CallerIdentityResult {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Why an answer of STS names no principal that can be mapped: one phrase without the answer's texts. */
export interface NoIdentity {
  readonly problem: string;
}

/**
 * Reads the answer of `GetCallerIdentity` strictly: nothing is guessed where its parts disagree.
 * @param accessKeyId of the key that signed
 */
export function toCallerIdentity(
  result: CallerIdentityResult,
  accessKeyId = '',
): CallerIdentity | NoIdentity {
  const arn = parseArn(result.arn);
  if (arn === undefined || arn.region !== '') return { problem: 'the ARN is malformed' };
  if (!PARTITION_NAMES.includes(arn.partition)) return { problem: 'the partition of the ARN is unknown' };
  if (!isAccountId(arn.account)) return { problem: 'the ARN has no account of 12 digits' };
  if (arn.account !== result.account) return { problem: 'the account is another than that of the ARN' };
  const principal = toPrincipal(arn.service, arn.resource, result.userId);
  if ('problem' in principal) return principal;
  const canonicalArn =
    principal.role === undefined
      ? result.arn
      : `arn:${arn.partition}:iam::${arn.account}:role/${principal.role}`;
  return {
    arn: result.arn,
    canonicalArn,
    partition: arn.partition,
    accountId: arn.account,
    userId: principal.userId,
    sessionName: principal.sessionName,
    accessKeyId,
  };
}

interface Principal {
  readonly role?: string | undefined;
  readonly userId: string;
  readonly sessionName: string;
}

/** IAM's own resources, and the sessions of STS whose user id is told whole. */
const WHOLE: Readonly<Record<string, RegExp>> = {
  iam: /^(?:root|user\/\S+)$/,
  sts: /^federated-user\/[^\s/]+$/,
};

function toPrincipal(service: string, resource: string, userId: string): Principal | NoIdentity {
  if (userId === '') return { problem: 'the user id is empty' };
  if (Object.hasOwn(WHOLE, service) && WHOLE[service]?.test(resource)) return { userId, sessionName: '' };
  const session = /^assumed-role\/([^\s/]+)\/([^\s/]+)$/.exec(resource);
  const isSession = service === 'sts' && session !== null;
  if (!isSession && !(service === 'iam' && /^role\/\S+$/.test(resource))) {
    return { problem: 'the ARN is neither a user nor a role' };
  }
  const [id, sessionName] = splitSession(userId);
  if (id === undefined) return { problem: 'the user id is not ID:SESSION' };
  if (!isSession) return { userId: id, sessionName };
  // A session name decides about usernames: two that disagree are no name.
  if (session[2] !== sessionName)
    return { problem: 'the session name of the user id is another than that of the ARN' };
  return { role: session[1], userId: id, sessionName };
}

function splitSession(userId: string): readonly [id: string | undefined, sessionName: string] {
  const parts = userId.split(':');
  return parts.length === 2 && parts[0] !== '' ? [parts[0], parts[1] ?? ''] : [undefined, ''];
}
