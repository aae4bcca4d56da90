import { listOpenNames } from '../../access/open-names.ts';
import { reviewRules } from '../../kube/reviews.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Identity } from '../../rbac/identity.ts';
import type { PolicyRule } from '../../rbac/objects.ts';
import { listRights, type Reach } from '../../rbac/rights.ts';
import { toRuleKey } from '../../rbac/rule-key.ts';
import { createPaint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { toIdentityData } from '../access/data.ts';
import { type AccessFacts, findEvidenceCaveats, withoutGuesses } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { complainMissing } from '../access/missing.ts';
import { printData } from '../access/print.ts';
import { renderCaveats, renderFacts } from '../access/render.ts';
import type { Place, Who } from '../access/request.ts';
import { nameIdentity, nameRule } from '../access/words.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { CanOptions } from './options.ts';

export interface ListRequest {
  readonly who: Who;
  readonly place: Place;
  readonly options: CanOptions;
}

/** `can --list`: what SelfSubjectRulesReview gives, of anybody, each rule once: 0, or 1 where nothing is allowed. */
export async function runList(
  { who, place, options }: ListRequest,
  facts: AccessFacts,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const found = await findPerson(who, facts);
  if (found.kind !== 'person') return complainMissing('can', found, terminal);
  const { identity } = found.person;
  const reach = toReach(place, facts);
  const { rules, caveats } = await listRules(who, identity, reach, facts);
  const { source } = facts;
  if (options.output !== undefined) {
    const data = { rules, caveats, identity: toIdentityData(identity), source };
    await printData(data, options.output, terminal);
  } else {
    const paint = createPaint(screen);
    const where = typeof reach === 'string' ? 'cluster-wide' : `in ${reach.namespace}`;
    const head = paint('title', showText(`${nameIdentity(identity)} ${where}`));
    const lines = rules.length === 0 ? ['  no rules of RBAC'] : rules.map(toLine);
    const tail = [...renderFacts([['source', source]], paint), ...renderCaveats(caveats, paint)];
    terminal.out(`${[head, ...lines, ...tail].join('\n')}\n`);
  }
  if (rules.length > 0 || caveats.some(({ code }) => code === 'masters')) return 0;
  return hasGap(caveats) ? 3 : 1;
}

interface RuleList {
  readonly rules: readonly PolicyRule[];
  readonly caveats: readonly Caveat[];
}

async function listRules(who: Who, identity: Identity, reach: Reach, facts: AccessFacts): Promise<RuleList> {
  const { rights, caveats } = listRights(facts.index, identity, reach);
  const evidence = listCaveats(who, reach, facts);
  const asked = who.kind === 'self' && hasGap(evidence) ? await askOwnRules(reach, facts) : undefined;
  return {
    rules: asked?.rules ?? rights.map(({ rule }) => rule),
    caveats: [
      ...listOpenNames(facts.index, identity),
      ...evidence,
      ...(asked?.caveats ?? []),
      ...withoutGuesses(caveats, facts),
    ],
  };
}

function hasGap(caveats: readonly Caveat[]): boolean {
  return caveats.some(({ code }) => code === 'no-evidence');
}

/** Of oneself the server tells, also where RBAC may not be read; but only of a namespace, and no more than its authorizers can list. */
async function askOwnRules(reach: Reach, { api }: AccessFacts): Promise<RuleList | undefined> {
  if (api === undefined || typeof reach === 'string') return undefined;
  const review = await reviewRules(api, reach.namespace);
  if (review === undefined) return undefined;
  const once = new Map(review.rules.map((rule) => [toRuleKey(rule), rule]));
  const { incomplete } = review;
  const caveats =
    incomplete === ''
      ? []
      : [caveatOf('other-authorizer', `the API server cannot list all that it allows: ${incomplete}`)];
  return { rules: [...once.values()], caveats };
}

function toLine(rule: PolicyRule): string {
  return `  ${showText(nameRule(rule))}`;
}

function toReach(place: Place, { namespace }: AccessFacts): Reach {
  if (place.kind === 'namespace') return { namespace: place.namespace };
  return place.kind === 'all' || namespace === undefined ? 'cluster' : { namespace };
}

function listCaveats(who: Who, reach: Reach, facts: AccessFacts): readonly Caveat[] {
  const namespace = typeof reach === 'string' ? {} : { namespace: reach.namespace };
  return [
    ...(who.kind === 'principal' && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
    ...findEvidenceCaveats(facts, { verb: '*', group: '*', resource: '*', ...namespace }),
  ];
}
