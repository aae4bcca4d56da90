import { parseArn } from '../../aws/arn.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { type ProblemLists, showValue } from './problem.ts';
import { readTexts } from './texts.ts';

export type PrincipalKind = 'Federated' | 'AWS' | 'Service' | 'CanonicalUser';

/** Principal or NotPrincipal. */
export interface PrincipalElement {
  /** NotPrincipal: everybody but these. */
  readonly inverted: boolean;
  /** `"*"` itself, not within `{"AWS": …}`. */
  readonly everyone: boolean;
  readonly members: readonly { readonly kind: PrincipalKind; readonly value: string }[];
  readonly pointer: string;
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
export function readPrincipal(statement: JsonRecord, pointer: string, lists: ProblemLists): PrincipalElement {
  const names = ['Principal', 'NotPrincipal'].filter((name) => Object.hasOwn(statement, name));
  const [name = 'Principal'] = names;
  const own = { inverted: name === 'NotPrincipal', pointer: `${pointer}/${name}` };
  if (names.length !== 1) {
    const problem = names.length === 0 ? 'it has no Principal' : 'it has both Principal and NotPrincipal';
    lists.problems.push({ pointer, problem, remedy: REMEDY });
    return { ...own, everyone: false, members: [] };
  }
  const value = readMember(statement, name);
  if (value === '*') return { ...own, everyone: true, members: [] };
  if (!isRecord(value) || Object.keys(value).length === 0) {
    lists.problems.push({ pointer: own.pointer, problem: `it is ${showValue(value)}`, remedy: REMEDY });
    return { ...own, everyone: false, members: [] };
  }
  return { ...own, everyone: false, members: readMembers(value, own.pointer, lists) };
}

function readMembers(value: JsonRecord, pointer: string, lists: ProblemLists): PrincipalElement['members'] {
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
    const values = readTexts(readMember(value, name), `${pointer}/${kind}`, lists);
    for (const text of values) checkValue(kind, text, { pointer: `${pointer}/${kind}`, lists });
    return values.map((text) => ({ kind, value: text }));
  });
}

function checkValue(
  kind: PrincipalKind,
  value: string,
  { pointer, lists }: { readonly pointer: string; readonly lists: ProblemLists },
): void {
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
  return (
    arn.service === 'iam' && /^[0-9]{12}$/.test(arn.account) && /^(oidc|saml)-provider\/./.test(arn.resource)
  );
}
