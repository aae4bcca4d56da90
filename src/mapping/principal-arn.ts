import { parseArn } from '../aws/arn.ts';
import { PARTITION_NAMES } from '../aws/partition.ts';

/** IAM's names are ASCII: a letter that only looks like one, such as the sign for kelvin, is no `k`. */
export function toLowerCase(arn: string): string {
  return arn.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * The ARN that a mapping is compared by, in lower case: of an assumed role that of the role, of all others their own.
 * @returns undefined where it is none of a principal that IAM or STS knows, or of none of AWS's partitions
 */
export function toCanonicalArn(text: string): string | undefined {
  const lower = toLowerCase(text);
  const arn = parseArn(lower);
  if (arn === undefined || !PARTITION_NAMES.includes(arn.partition)) return undefined;
  const [type = '', ...path] = arn.resource.split('/');
  if (arn.service === 'iam') return ['role', 'user', 'root'].includes(type) ? lower : undefined;
  if (arn.service !== 'sts') return undefined;
  if (type === 'federated-user') return lower;
  if (type !== 'assumed-role' || path.length < 2) return undefined;
  return `arn:${arn.partition}:iam::${arn.account}:role/${path.slice(0, -1).join('/')}`;
}

/** A role's ARN in lower case without its path, as STS tells of its sessions; undefined where it has none. */
export function dropRolePath(text: string): string | undefined {
  const [, owner, name] =
    /^(arn:[^:]*:iam:[^:]*:[^:]*:role\/)(?:[^/]*\/)+([^/]+)$/.exec(toLowerCase(text)) ?? [];
  return owner === undefined ? undefined : `${owner}${name}`;
}

/** A permission set of IAM Identity Center in an account, where it becomes a role with a random end. */
export interface PermissionSet {
  readonly name: string;
  /** 12 digits */
  readonly accountId: string;
  readonly partition: string;
}

/** What the ARNs of a permission set's roles begin with, in lower case; see {@link dropPermissionSetEnd}. */
export function toPermissionSetArn({ name, accountId, partition }: PermissionSet): string {
  return `arn:${partition}:iam::${accountId}:role/awsreservedsso_${name}_`.toLowerCase();
}

/**
 * What is left of a canonical ARN without the 16 hexadecimal digits that IAM Identity Center ends a role's name with.
 * Exactly so many: a set `Admin` is not the set `Admin_Readers`.
 */
export function dropPermissionSetEnd(canonicalArn: string): string | undefined {
  return /^(arn:[^:]*:iam::[0-9]{12}:role\/awsreservedsso_[^/]+_)[0-9a-f]{16}$/.exec(canonicalArn)?.[1];
}
