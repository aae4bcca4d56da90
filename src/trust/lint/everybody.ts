import { matchGlob, toGlob } from '../match/glob.ts';
import type { StatementFacts } from './facts.ts';
import { adviseProvider } from './reach.ts';
import type { Observation } from './rule.ts';

/** A wildcard for a principal, and whom it names. */
export function findEverybody(facts: StatementFacts): Observation[] {
  const { principal, effect, action } = facts.statement;
  if (effect === 'Deny') return [];
  const where = principal.pointer;
  const remedy =
    'write {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer without https://>"}: callers of all others are shut out then';
  const anybody =
    principal.everyone || principal.members.some(({ kind, value }) => kind === 'Federated' && value === '*');
  if (anybody) {
    const what =
      'a wildcard principal may let in tokens of every provider of the account, and callers of other accounts';
    return [{ severity: 'critical', where, what, remedy }];
  }
  if (!principal.members.some(({ kind, value }) => kind === 'AWS' && value === '*')) return [];
  const opens = action.patterns.some(coversAssumeRole) !== action.inverted;
  const what = opens
    ? 'every caller of every AWS account may take the role'
    : '{"AWS": "*"} is every caller with AWS keys, and none with a token: nobody comes in by this statement';
  return [
    {
      severity: opens ? 'critical' : 'high',
      where,
      what,
      remedy: opens ? NAME_ACCOUNT : adviseProvider(facts),
    },
  ];
}

const NAME_ACCOUNT =
  'write {"AWS": "arn:aws:iam::<account>:root"}: callers of all other accounts are shut out then';

/** Whether a pattern of actions is a way in by AWS keys, too. */
export function coversAssumeRole(pattern: string): boolean {
  return matchGlob(toGlob(pattern.toLowerCase()), 'sts:assumerole');
}
