import { type Arn, isAccountId, parseArn } from '../aws/arn.ts';
import type { CallerIdentity } from '../aws/caller-identity.ts';
import { PARTITION_NAMES } from '../aws/partition.ts';
import { quoteShort } from '../json/quote.ts';
import { ACCESS_KEY_HOLE, fillName, SESSION_HOLE } from './holes.ts';

/** An IAM principal that somebody asks about. */
export interface Principal {
  /** As STS would tell it; a session that nobody named is a hole in it. */
  readonly identity: CallerIdentity;
  /** undefined: of a role, whose session nobody named; '' where there is none. */
  readonly session: string | undefined;
  /** What was taken for granted, a sentence each. */
  readonly notes: readonly string[];
}

export type PrincipalReading =
  | { readonly kind: 'principal'; readonly principal: Principal }
  /** One sentence with what to write instead. */
  | { readonly kind: 'problem'; readonly problem: string };

export interface PrincipalWords {
  readonly arn: string;
  readonly session?: string | undefined;
  /** The unique id (`AROA…`, `AIDA…`), which some mappings ask for. */
  readonly userId?: string | undefined;
}

/** AWS STS API Reference, AssumeRole, RoleSessionName. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** Reads whom a question is about: the ARN of a user, a role, a session of one, a federated user, or an account's root. */
export function readPrincipal(words: PrincipalWords): PrincipalReading {
  const arn = parseArn(words.arn);
  const shown = quoteShort(words.arn);
  if (arn === undefined || !isOfIam(arn))
    return refuse(`${shown} is no ARN of IAM: give one such as arn:aws:iam::111122223333:role/dev`);
  const parts = readResource(arn.service, arn.resource);
  if (parts === undefined)
    return refuse(
      `${shown} is none of a user, a role, a session (assumed-role), a federated user and a root: give one of them`,
    );
  const problem = checkSession(words, parts);
  return problem === undefined
    ? { kind: 'principal', principal: toPrincipal(words, arn, parts) }
    : refuse(problem);
}

/** IAM and STS have no regions in their ARNs. */
function isOfIam({ partition, region, account }: Arn): boolean {
  return PARTITION_NAMES.includes(partition) && region === '' && isAccountId(account);
}

function checkSession({ arn, session }: PrincipalWords, parts: Resource): string | undefined {
  if (session === undefined) return undefined;
  if (!SESSION_NAME.test(session))
    return `${quoteShort(session)} is no name of a session: give 2 to 64 of letters, digits and +=,.@-_`;
  if (parts.role === undefined)
    return `only a role has sessions, and ${quoteShort(arn)} is none: leave the session out`;
  return parts.session === undefined || parts.session === session
    ? undefined
    : `the ARN is of the session ${quoteShort(parts.session)} already: leave the other out`;
}

function toPrincipal(
  { arn, session, userId = '' }: PrincipalWords,
  { partition, account }: Arn,
  { role, path, session: own }: Resource,
): Principal {
  const common = { partition, accountId: account, userId, accessKeyId: ACCESS_KEY_HOLE };
  if (role === undefined)
    return { session: '', notes: [], identity: { ...common, arn, canonicalArn: arn, sessionName: '' } };
  const named = own ?? session;
  const sessionName = named ?? SESSION_HOLE;
  return {
    session: named,
    notes:
      path === undefined
        ? []
        : [`STS tells a role without its path, so ${quoteShort(path)} counts for nothing`],
    identity: {
      ...common,
      arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${sessionName}`,
      canonicalArn: `arn:${partition}:iam::${account}:role/${role}`,
      sessionName,
    },
  };
}

/** The same in a session of this name. */
export function withSession({ identity, notes }: Principal, session: string): Principal {
  const arn = fillName(identity.arn, { SessionNameRaw: session });
  return { identity: { ...identity, arn, sessionName: session }, session, notes };
}

interface Resource {
  readonly role?: string | undefined;
  /** Of a role; undefined where it has none. */
  readonly path?: string | undefined;
  readonly session?: string | undefined;
}

function readResource(service: string, resource: string): Resource | undefined {
  if (service === 'iam') {
    const [, path, role] = /^role\/([!-~]+\/)?([\w+=,.@-]{1,64})$/.exec(resource) ?? [];
    if (role !== undefined) return { role, path };
    return /^(?:root|user\/(?:[!-~]+\/)?[\w+=,.@-]{1,64})$/.test(resource) ? {} : undefined;
  }
  if (service !== 'sts') return undefined;
  const [, role, session] = /^assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/.exec(resource) ?? [];
  if (role !== undefined) return { role, session };
  return /^federated-user\/[\w+=,.@-]{2,32}$/.test(resource) ? {} : undefined;
}

function refuse(problem: string): PrincipalReading {
  return { kind: 'problem', problem };
}
