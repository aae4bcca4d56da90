import { isAtLeast } from '../../base/finding.ts';
import { isServiceAccountSubject, SUBJECT_PREFIX } from '../../base/names/account.ts';
import { hasLiteralVariable, stripVariables } from '../judge/variables.ts';
import { showWhole } from '../near-miss/advice.ts';
import { isAlmostSts, STS_AUDIENCE } from '../near-miss/audience.ts';
import { findPlatformOfSubject } from '../platforms.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import { adviseAudience, adviseRewriting } from './advise-value.ts';
import { type ConditionFacts, isOfAnotherType, isRestriction, listConditionsOn } from './facts.ts';
import { KEY_RULES } from './key-rules.ts';
import type { LintRule, LintSeverity, Observation } from './rule.ts';

/** A value that an Allow wants of the subject or the audience, beside what is known of its condition. */
interface ClaimValue extends ConditionFacts {
  readonly claim: 'sub' | 'aud';
  readonly value: string;
}

type ValueRule = LintRule<ClaimValue>;

/** Rules that look at one value of a condition on subject or audience. Of each value only the first counts. */
export const VALUE_RULES = {
  'swapped-sub-and-aud': {
    text: 'Subject and audience stand in each other’s place, so that neither matches.',
    check(facts) {
      const { claim, value } = facts;
      const isOther = claim === 'sub' ? value === 'sts.amazonaws.com' : value.startsWith(SUBJECT_PREFIX);
      if (!isOther) return [];
      const [is, asks] = claim === 'sub' ? ['an audience', 'the subject'] : ['a subject', 'the audience'];
      const what = `${showValue(value)} is ${is}, and the key asks for ${asks}`;
      const remedy = facts.isForPlatform ? 'swap the values of sub and aud' : adviseRewriting(facts);
      return tellMismatch(facts, what, remedy);
    },
  },
  'other-platform': {
    text: KEY_RULES['other-platform'].text,
    check(facts) {
      const platform = facts.claim === 'sub' ? findPlatformOfSubject(facts.value) : undefined;
      if (platform === undefined || facts.isForPlatform || !facts.isForCluster) return [];
      const what = `${showValue(facts.value)} is a subject of ${platform.name}, and no token of a cluster has it`;
      return tellMismatch(facts, what, 'write system:serviceaccount:<namespace>:<name>');
    },
  },
  'white-space': {
    text: 'White space is part of a value, so that it never matches.',
    check(facts) {
      if (!/\s/.test(stripVariables(facts.value, facts.version))) return [];
      const what = `${showValue(facts.value)} has white space in it, and no token has`;
      return tellMismatch(facts, what, adviseWithoutBlanks(facts));
    },
  },
  'wildcard-under-equals': {
    text: 'Operators that end in Equals take wildcards for plain characters.',
    check(facts) {
      const { operator } = facts.condition;
      const isExact = operator.family === 'string' || operator.family === 'string-ignore-case';
      if (!isExact || !/[*?]/.test(stripVariables(facts.value, facts.version))) return [];
      const what = `${operator.text} takes the wildcards of ${showValue(facts.value)} for plain characters, and no token has them`;
      const remedy =
        facts.claim === 'aud'
          ? adviseAudience(facts)
          : 'name each in full, system:serviceaccount:<namespace>:<name>';
      return tellMismatch(facts, what, remedy);
    },
  },
  'subject-wildcard': {
    text: 'A pattern for the subject lets in ServiceAccounts that nobody has named, or that do not exist yet.',
    check(facts) {
      const { claim, value, condition, isForPlatform, version } = facts;
      const isPattern = claim === 'sub' && condition.operator.family === 'string-like' && !isForPlatform;
      const breadth = isPattern ? measureBreadth(stripVariables(value, version)) : undefined;
      if (breadth === undefined || isBoundByAnother(facts, breadth)) return [];
      const what = `${showValue(value)} lets in ${breadth.who}`;
      const remedy =
        'name each ServiceAccount in full, with StringEquals: all others that fit are shut out then';
      return [{ severity: breadth.severity, where: condition.pointer, what, remedy }];
    },
  },
  'subject-malformed': {
    text: 'The subject is not what a token of a ServiceAccount can have, so that it never matches.',
    check: findMalformedSubject,
  },
  'audience-misspelt': {
    text: 'The audience is almost that of STS, so that it never matches.',
    check(facts) {
      const { claim, value, condition } = facts;
      const isSame =
        condition.operator.family === 'string-ignore-case' && value.toLowerCase() === STS_AUDIENCE;
      if (claim !== 'aud' || !isAlmostSts(value) || isSame || /[*?]/.test(value)) return [];
      const what = `${showValue(facts.value)} is not what tokens for STS have`;
      return tellMismatch(facts, what, adviseAudience(facts));
    },
  },
} as const satisfies Readonly<Record<string, ValueRule>>;

/** A pattern would let in callers whom nobody has named. */
function adviseWithoutBlanks(facts: ClaimValue): string {
  const meant = facts.value.replace(/\s+/g, '');
  if (facts.claim === 'aud') return adviseAudience(facts, meant.includes('${') ? STS_AUDIENCE : meant);
  return facts.isForPlatform || isServiceAccountSubject(meant)
    ? `write ${showWhole(meant)}`
    : 'write system:serviceaccount:<namespace>:<name>';
}

/** What the rules of values look at. */
export function listClaimValues(facts: ConditionFacts): ClaimValue[] {
  const { statement, condition, claim } = facts;
  if (statement.effect === 'Deny' || !isRestriction(condition)) return [];
  // Whatever stands there, the operator is what has to change.
  if (claim === 'sub' && isOfAnotherType(condition.operator)) return [];
  if (claim !== 'sub' && claim !== 'aud') return [];
  return condition.values.map((value) => ({ ...facts, claim, value }));
}

function tellMismatch({ condition }: ClaimValue, what: string, remedy: string): Observation[] {
  return [{ severity: 'high', where: condition.pointer, what, remedy }];
}

/** Other OIDC providers have other subjects: only what means to be a ServiceAccount's is looked at. */
function findMalformedSubject(facts: ClaimValue): Observation[] {
  const { claim, value, condition, prefixes, ownPrefixes, version } = facts;
  const isOwn = prefixes.some((prefix) => ownPrefixes.includes(prefix));
  const isMeant = claim === 'sub' && (isOwn || /serviceaccount/i.test(value));
  const subject = condition.operator.family === 'string-ignore-case' ? value.toLowerCase() : value;
  const isPattern =
    condition.operator.family === 'string-like' && /[*?]/.test(stripVariables(value, version));
  const isOpen = isPattern || (value.includes('${') && !hasLiteralVariable(value, version));
  if (!isMeant || isOpen || isServiceAccountSubject(subject)) return [];
  const remedy = 'write system:serviceaccount:<namespace>:<name>, all in lower case';
  return tellMismatch(facts, `${showValue(value)} is the subject of no ServiceAccount`, remedy);
}

/** How much a pattern of a subject lets in. */
interface Breadth {
  readonly severity: LintSeverity;
  readonly who: string;
}

/** A caller has to meet all conditions on the subject: the narrowest says who comes in. */
function isBoundByAnother(facts: ClaimValue, { severity }: Breadth): boolean {
  const { condition, version } = facts;
  return listConditionsOn('sub', facts).some((other) => {
    if (
      other === condition ||
      !isRestriction(other) ||
      other.key.toLowerCase() !== condition.key.toLowerCase()
    )
      return false;
    if (other.operator.family !== 'string-like') return true;
    return other.values.every((value) => {
      const breadth = measureBreadth(stripVariables(value, version));
      return breadth === undefined || !isAtLeast(breadth.severity, severity);
    });
  });
}

/** `*` takes colons, too: only a namespace that is named in full, colon included, is a boundary. */
function measureBreadth(pattern: string): Breadth | undefined {
  const first = pattern.search(/[*?]/);
  if (first === -1) return undefined;
  const literal = pattern.slice(0, first);
  // What fits no ServiceAccount lets in none, whoever else it is for.
  if (!literal.startsWith(SUBJECT_PREFIX) && !SUBJECT_PREFIX.startsWith(literal)) return undefined;
  const namespace = /^system:serviceaccount:([^:]+):/.exec(literal)?.[1];
  if (namespace !== undefined) {
    return {
      severity: 'medium',
      who: `every ServiceAccount of namespace ${showPlain(namespace)} that fits, now and later`,
    };
  }
  if (literal.startsWith(SUBJECT_PREFIX) && literal.length > SUBJECT_PREFIX.length) {
    return { severity: 'high', who: 'every namespace whose name fits, and whoever may create one' };
  }
  const name = /:([a-z0-9][a-z0-9.-]*)$/.exec(pattern)?.[1];
  return name === undefined
    ? { severity: 'critical', who: 'every ServiceAccount of the cluster' }
    : { severity: 'high', who: `whoever may create a ServiceAccount ${name} in any namespace` };
}
