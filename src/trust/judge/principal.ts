import { parseArn } from '../../aws/arn.ts';
import type { PrincipalElement } from '../policy/principal.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import type { TrustRequest } from '../request.ts';
import type { PartReport } from '../verdict.ts';

/** Principal against the provider whose token it is. A Federated principal is compared as it is. */
export function judgePrincipal(
  element: PrincipalElement,
  effect: 'Allow' | 'Deny',
  provider: TrustRequest['provider'],
): PartReport {
  const named = element.members.some(({ kind, value }) => kind === 'Federated' && value === provider.arn);
  if (named) return { matches: 'yes', detail: `Federated is the token's provider, ${provider.arn}` };
  const wildcard = findWildcard(element);
  if (wildcard !== undefined) return judgeWildcard(wildcard, effect, provider);
  return { matches: 'no', detail: explainOther(element, provider) };
}

type Wildcard = '"*"' | '{"Federated": "*"}' | '{"AWS": "*"}';

function findWildcard({ everyone, members }: PrincipalElement): Wildcard | undefined {
  if (everyone) return '"*"';
  const kinds = members.filter(({ value }) => value === '*').map(({ kind }) => kind);
  if (kinds.includes('Federated')) return '{"Federated": "*"}';
  return kinds.includes('AWS') ? '{"AWS": "*"}' : undefined;
}

function judgeWildcard(
  wildcard: Wildcard,
  effect: 'Allow' | 'Deny',
  { arn }: TrustRequest['provider'],
): PartReport {
  const remedy = `let it in by a statement of its own for {"Federated": "${arn}"}`;
  if (effect === 'Deny') {
    return wildcard === '{"AWS": "*"}'
      ? { matches: 'unknown', detail: `AWS does not say whether ${wildcard} denies a token's caller, too` }
      : { matches: 'yes', detail: `${wildcard} is everybody` };
  }
  return wildcard === '{"AWS": "*"}'
    ? { matches: 'no', detail: `${wildcard} is every caller with AWS keys, and none with a token: ${remedy}` }
    : {
        matches: 'unknown',
        detail: `AWS does not say whether ${wildcard} lets a token's caller in: ${remedy}`,
      };
}

/** The likeliest first: one part of the ARN is another. */
function explainOther({ members }: PrincipalElement, provider: TrustRequest['provider']): string {
  const federated = members.filter(({ kind }) => kind === 'Federated').map(({ value }) => value);
  const remedy = `let this caller in by a statement of its own for {"Federated": "${provider.arn}"}`;
  const [first] = federated;
  if (first === undefined) {
    const kinds = [...new Set(members.map(({ kind }) => kind))].join(' and ');
    return `${kinds} is not who calls with a token: ${remedy}`;
  }
  const list = federated.map(showValue).join(', ');
  return `Federated ${list} is not the token's provider (${compareArns(first, provider)}): ${remedy}`;
}

function compareArns(text: string, provider: TrustRequest['provider']): string {
  const theirs = parseArn(text);
  const ours = parseArn(provider.arn);
  if (theirs === undefined || ours === undefined) return `the issuer is ${provider.url}`;
  if (theirs.resource.split('/').filter(Boolean).join() === ours.resource.split('/').filter(Boolean).join()) {
    if (theirs.resource !== ours.resource) return 'a slash is missing or too much';
    if (theirs.account !== ours.account)
      return `the provider is in account ${ours.account}, not ${showPlain(theirs.account)}`;
    if (theirs.partition !== ours.partition)
      return `the partition is ${ours.partition}, not ${showPlain(theirs.partition)}`;
  }
  if (theirs.resource.toLowerCase() === ours.resource.toLowerCase()) return 'upper and lower case differ';
  return `it is of another issuer; the token is of ${provider.url}. Was the cluster made anew?`;
}
