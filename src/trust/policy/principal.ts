import { isAccountId, parseArn } from '../../aws/arn.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { findElement, type PolicyElement, readTexts } from './element.ts';
import { type ReadingContext, showValue } from './problem.ts';

export type PrincipalKind = 'Federated' | 'AWS' | 'Service' | 'CanonicalUser';

/** Principal or NotPrincipal. */
export interface PrincipalElement extends PolicyElement {
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

/** Reads the one of Principal and NotPrincipal that is there. */
export function readPrincipal(statement: JsonRecord, context: ReadingContext): PrincipalElement {
  const { element, value } = findElement(statement, 'Principal', REMEDY, context);
  const nobody = { ...element, everyone: false, members: [] };
  if (value === undefined) return nobody;
  if (value === '*') return { ...nobody, everyone: true };
  const { lists } = context;
  const { pointer } = element;
  if (!isRecord(value) || Object.keys(value).length === 0) {
    lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy: REMEDY });
    return nobody;
  }
  return { ...nobody, members: readMembers(value, { pointer, lists }) };
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
