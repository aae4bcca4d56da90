import { isAccountId, parseArn } from '../../aws/arn.ts';
import { toAscii } from '../../json/quote.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { type ReadingContext, showValue } from './problem.ts';
import { readTexts } from './texts.ts';

export type PrincipalKind = 'Federated' | 'AWS' | 'Service' | 'CanonicalUser';

export interface PrincipalElement {
  readonly pointer: string;
  /** `"*"` itself, not within `{"AWS": …}`. */
  readonly everyone: boolean;
  readonly members: readonly { readonly kind: PrincipalKind; readonly value: string }[];
}

const REMEDY = 'write {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer without https://>"}';
const KINDS: readonly PrincipalKind[] = ['Federated', 'AWS', 'Service', 'CanonicalUser'];

/** Identity providers that AWS knows by name instead of by an ARN in the account. */
const BUILT_IN_PROVIDERS: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
]);

/** Reads Principal; a NotPrincipal in its place is refused, with the way to say it without. */
export function readPrincipal(
  statement: JsonRecord,
  effect: 'Allow' | 'Deny',
  { pointer: place, lists }: ReadingContext,
): PrincipalElement {
  const pointer = `${place}/Principal`;
  const nobody = { pointer, everyone: false, members: [] };
  refuseInverted(statement, effect, { pointer: place, lists });
  const value = readMember(statement, 'Principal');
  if (value === undefined) {
    if (!Object.hasOwn(statement, 'NotPrincipal'))
      lists.problems.push({ pointer: place, problem: 'it has no Principal', remedy: REMEDY });
    return nobody;
  }
  if (value === '*') return { ...nobody, everyone: true };
  if (!isRecord(value) || Object.keys(value).length === 0) {
    lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy: REMEDY });
    return nobody;
  }
  return { ...nobody, members: readMembers(value, { pointer, lists }) };
}

/** IAM user guide, "IAM JSON policy elements: NotPrincipal": not in a role trust policy, whatever its effect. */
function refuseInverted(
  statement: JsonRecord,
  effect: 'Allow' | 'Deny',
  { pointer, lists }: ReadingContext,
): void {
  if (!Object.hasOwn(statement, 'NotPrincipal')) return;
  lists.problems.push({
    pointer: `${pointer}/NotPrincipal`,
    problem: 'a role trust policy cannot have NotPrincipal',
    remedy:
      effect === 'Allow' ? `name who may: ${REMEDY}` : adviseException(readMember(statement, 'NotPrincipal')),
  });
}

/** A negated operator is true where the key is absent, so that callers of other kinds are denied as well. */
function adviseException(value: unknown): string {
  const federated =
    isRecord(value) && Object.keys(value).length === 1 ? readMember(value, 'Federated') : undefined;
  const condition =
    federated === undefined
      ? 'StringNotEquals on aws:FederatedProvider, aws:PrincipalAccount or aws:PrincipalArn'
      : `{"StringNotEquals": {"aws:FederatedProvider": ${toAscii(JSON.stringify(federated))}}}`;
  return `write "Principal": "*", and leave out by Condition those who are not denied: ${condition}`;
}

function readMembers(value: JsonRecord, { pointer, lists }: ReadingContext): PrincipalElement['members'] {
  return Object.keys(value).flatMap((name) => {
    const kind = KINDS.find((known) => known === name);
    if (kind === undefined) {
      const problem = `${showValue(name)} is no kind of principal`;
      lists.problems.push({
        pointer,
        problem,
        remedy: `${REMEDY}; other kinds are ${KINDS.slice(1).join(', ')}`,
      });
      return [];
    }
    const context = { pointer: `${pointer}/${kind}`, lists };
    const values = readTexts(readMember(value, name), context);
    for (const text of values) checkValue(kind, text, context);
    return values.map((text) => ({ kind, value: text }));
  });
}

function checkValue(kind: PrincipalKind, value: string, { pointer, lists }: ReadingContext): void {
  if (value === '*') return;
  if (/[*?]/.test(value)) {
    const problem = `${showValue(value)} has a wildcard, and a principal is compared as it is`;
    const remedy = 'name each principal in full, and tell ServiceAccounts apart in Condition';
    lists.problems.push({ pointer, problem, remedy });
  } else if (kind === 'Federated' && !isProvider(value)) {
    const problem = `${showValue(value)} is no identity provider's ARN`;
    lists.problems.push({ pointer, problem, remedy: REMEDY });
  }
}

function isProvider(value: string): boolean {
  const arn = parseArn(value);
  if (arn === undefined) return BUILT_IN_PROVIDERS.has(value);
  return arn.service === 'iam' && isAccountId(arn.account) && /^(oidc|saml)-provider\/./.test(arn.resource);
}
