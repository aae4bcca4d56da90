import { toAscii } from '../../json/quote.ts';
import { judgeAction } from '../judge/action.ts';
import { STS_AUDIENCE } from '../near-miss/audience.ts';
import { findPlatformOfKey } from '../platforms.ts';
import { ROLE_ACTIONS } from '../policy/action.ts';
import type { Condition } from '../policy/condition.ts';
import { showValue } from '../policy/problem.ts';
import { coversAssumeRole, findEverybody } from './everybody.ts';
import { isRestriction, listConditionsOn, type StatementFacts } from './facts.ts';
import { listDemandedPrefixes, readClaimOfKey } from './issuers.ts';
import { mergeValues } from './merge-values.ts';
import {
  findContradictions,
  findOtherAction,
  findOtherPrincipal,
  findOtherProvider,
  nameSubjects,
  withSubject,
} from './reach.ts';
import type { LintRule, Observation } from './rule.ts';

type StatementRule = LintRule<StatementFacts>;

/** Rules that look at a statement as a whole. */
export const STATEMENT_RULES = {
  'principal-everybody': {
    text: 'A wildcard principal names everybody, not the provider of one cluster.',
    check: findEverybody,
  },
  'provider-of-other-issuer': {
    text: 'The provider is of an issuer that is none of yours: an old cluster, or a typing error.',
    check: findForeignProviders,
  },
  'action-of-no-token': {
    text: 'Who calls with a token needs sts:AssumeRoleWithWebIdentity; other ways to assume a role are for other callers.',
    check: findOtherAction,
  },
  'principal-of-another-kind': {
    text: 'Only an OIDC provider issues tokens for sts:AssumeRoleWithWebIdentity, and the principal is none.',
    check: findOtherPrincipal,
  },
  'conditions-exclude-each-other': {
    text: 'Two conditions on one key that no value meets.',
    check: findContradictions,
  },
  'provider-excluded': {
    text: 'A condition on aws:FederatedProvider that no provider of the principal meets.',
    check: findOtherProvider,
  },
  'no-subject': {
    text: 'Without a condition on the subject, every ServiceAccount of the cluster can take the role (confused deputy).',
    check(facts) {
      if (!isOpenToSubjects(facts) || findDenyList(facts) !== undefined) return [];
      const what = `nothing is asked of the subject: every ${nameCaller(facts)} may take the role`;
      return [{ severity: 'critical', where: facts.statement.pointer, what, remedy: adviseSubject(facts) }];
    },
  },
  'deny-list-in-allow': {
    text: 'An Allow that only names who may not lets in everybody else.',
    check(facts) {
      const negated = isOpenToSubjects(facts) ? findDenyList(facts) : undefined;
      if (negated === undefined) return [];
      const what = `${negated.operator.text} names who may not take the role: every other ${nameCaller(facts)} may`;
      return [{ severity: 'critical', where: negated.pointer, what, remedy: adviseSubject(facts) }];
    },
  },
  'no-audience': {
    text: "Without a condition on the audience, any of the provider's client ids will do.",
    check: findMissingAudience,
  },
  'action-broad': {
    text: 'The action has a wildcard: more ways to take the role than a pod needs.',
    check: findBroadAction,
  },
  'not-action': {
    text: 'NotAction allows all actions but those it names.',
    check(facts) {
      const { action, effect } = facts.statement;
      if (effect === 'Deny' || !action.inverted) return [];
      const what = 'NotAction allows every action but those it names';
      return [{ severity: 'medium', where: action.pointer, what, remedy: adviseAction(facts) }];
    },
  },
  'key-twice-by-case': {
    text: 'Two keys that differ in case only are the same key to IAM.',
    check: findRepeatedKeys,
  },
} as const satisfies Readonly<Record<string, StatementRule>>;

/** Only where somebody has said which issuers are theirs. */
function findForeignProviders(facts: StatementFacts): Observation[] {
  const { statement, providers, prefixes, ownPrefixes, letsTokensIn } = facts;
  if (!letsTokensIn || ownPrefixes.length === 0) return [];
  const where = statement.principal.pointer;
  return providers
    .filter((prefix) => !ownPrefixes.includes(prefix))
    .map((prefix) => {
      const meant = prefixes.find((each) => ownPrefixes.includes(each) && !providers.includes(each));
      const what = `the provider ${showValue(prefix)} is of none of the issuers that were given`;
      if (meant === undefined) {
        const remedy = `if the cluster is gone, take ${showValue(prefix)} out: its tokens are shut out then`;
        return { severity: 'medium', where, what, remedy };
      }
      const arn = statement.principal.members.find(({ value }) => value.endsWith(`:oidc-provider/${prefix}`));
      const right = (arn?.value ?? '').replace(`:oidc-provider/${prefix}`, `:oidc-provider/${meant}`);
      return {
        severity: 'high',
        where,
        what: `${what}, and the statement means ${showValue(meant)}: it lets none of its tokens in`,
        remedy: `write ${showValue(right)}${withSubject(facts)}`,
      };
    });
}

/** It lets tokens in, and does not say of which subjects. */
function isOpenToSubjects(facts: StatementFacts): boolean {
  if (!mayLetTokensIn(facts)) return false;
  const isAsked = listConditionsOn('sub', facts).some(isRestriction);
  return (
    !isAsked && !(listConditionsOn('aud', facts).some(isRestriction) && facts.prefixes.every(hasOwnAudiences))
  );
}

/** Its audiences are each one customer's own, and tell callers apart as subjects do. */
function hasOwnAudiences(prefix: string): boolean {
  return findPlatformOfKey(`${prefix}:`)?.ownAudiences === true;
}

/** What is said of whom it lets in would be wrong of a statement that lets nobody in. */
function mayLetTokensIn(facts: StatementFacts): boolean {
  return (
    facts.letsTokensIn &&
    !facts.neverMatches &&
    ![findContradictions, findOtherProvider].some((find) => find(facts).length > 0)
  );
}

function findDenyList(facts: StatementFacts): Condition | undefined {
  return listConditionsOn('sub', facts).find(({ operator }) => operator.negated);
}

/**
 * A condition on a claim for every issuer that may come in. Of several, a token has the keys of its own alone, so that
 * IfExists asks each for its own.
 */
function adviseClaim(
  claim: 'sub' | 'aud',
  value: string,
  { statement, prefixes: all }: StatementFacts,
): string {
  const prefixes = listDemandedPrefixes(statement, all);
  const keys = (prefixes.length > 0 ? prefixes : ['<issuer>']).map((prefix) => [`${prefix}:${claim}`, value]);
  const operator = keys.length > 1 ? 'StringEqualsIfExists' : 'StringEquals';
  return `add ${toAscii(JSON.stringify({ [operator]: Object.fromEntries(keys) }))}`;
}

function adviseSubject(facts: StatementFacts): string {
  const subject = facts.isForPlatform ? '<subject>' : 'system:serviceaccount:<namespace>:<name>';
  return `${adviseClaim('sub', subject, facts)}: all others are shut out then`;
}

/** One of whom a statement lets in that asks for no subject. */
function nameCaller({ prefixes, isForPlatform }: StatementFacts): string {
  const platform = prefixes
    .map((prefix) => findPlatformOfKey(`${prefix}:`))
    .find((each) => each !== undefined);
  return isForPlatform && platform !== undefined
    ? `token of ${platform.name}`
    : 'ServiceAccount of the cluster';
}

function findMissingAudience(facts: StatementFacts): Observation[] {
  const { statement } = facts;
  if (!mayLetTokensIn(facts) || listConditionsOn('aud', facts).some(isRestriction)) return [];
  const what = "nothing is asked of the audience: a token for any of the provider's client ids will do";
  const remedy = `${adviseClaim('aud', STS_AUDIENCE, facts)}: tokens for other audiences are shut out then`;
  return [{ severity: 'low', where: statement.pointer, what, remedy }];
}

/** An action less shuts out those who need it: said, with who they are. Where no token comes in, none is to. */
function adviseAction(facts: StatementFacts): string {
  const { principal, action } = facts.statement;
  const given = ROLE_ACTIONS.filter((each) => judgeAction(action, each).matches === 'yes');
  if (given.length === 0) return `write "Action": "sts:AssumeRoleWithWebIdentity"${nameSubjects(facts)}`;
  if (!given.includes('sts:AssumeRoleWithWebIdentity')) return `write "Action": ${JSON.stringify(given)}`;
  const hasOthers = principal.members.some(({ kind, value }) => kind === 'AWS' && value !== '*');
  return hasOthers
    ? 'write "Action": ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"]: sessions with tags or a source identity are shut out then'
    : 'write "Action": "sts:AssumeRoleWithWebIdentity": callers without a token, and tokens with session tags or a source identity, are shut out then';
}

function findBroadAction(facts: StatementFacts): Observation[] {
  const { action, effect } = facts.statement;
  const broad = action.patterns.find((pattern) => /[*?]/.test(pattern));
  if (effect === 'Deny' || action.inverted || broad === undefined) return [];
  // With sts:AssumeRole goes a second way in, by AWS keys.
  const coversMore = coversAssumeRole(broad);
  const what = `${showValue(broad)} allows more actions than a pod needs`;
  const severity =
    coversMore || judgeAction(action, 'sts:SetSourceIdentity').matches === 'yes' ? 'medium' : 'low';
  return [{ severity, where: action.pointer, what, remedy: adviseAction(facts) }];
}

function findRepeatedKeys({ statement, prefixes }: StatementFacts): Observation[] {
  const seen = new Map<string, Condition>();
  const found: Observation[] = [];
  for (const condition of statement.conditions) {
    const { operator, key, pointer } = condition;
    const name = `${operator.text} ${key.toLowerCase()}`;
    const first = seen.get(name);
    if (first !== undefined) {
      const what = `${showValue(key)} is under ${operator.text} already, in another case, and IAM tells no difference`;
      found.push({
        severity: 'medium',
        where: pointer,
        what,
        remedy: adviseOnce(first, condition, prefixes),
      });
    }
    seen.set(name, first ?? condition);
  }
  return found;
}

/** What both take, no more and no less. */
function adviseOnce(first: Condition, second: Condition, prefixes: readonly string[]): string {
  const claim = readClaimOfKey(first.key, prefixes);
  const values = mergeValues(first, second, claim === 'sub' || claim === 'aud') ?? [];
  return values.length === 0
    ? 'write it once, with a list of those alone whom both take: a caller has to fit both now'
    : `write it once, with ${toAscii(JSON.stringify(values))}: a caller has to fit both now`;
}
