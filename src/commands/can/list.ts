import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { PolicyRule } from '../../rbac/objects.ts';
import { listRights, type Reach } from '../../rbac/rights.ts';
import { createPaint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { type AccessFacts, findEvidenceCaveats } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { toMissing } from '../access/missing.ts';
import { printData } from '../access/print.ts';
import { renderCaveats } from '../access/render.ts';
import type { Place, Who } from '../access/request.ts';
import { nameIdentity, nameRule } from '../access/words.ts';
import { complain } from '../diagnostics.ts';
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
  if (found.kind !== 'person')
    return complain('can', [toMissing(found)], terminal, found.kind === 'nobody' ? 1 : 3);
  const { identity } = found.person;
  const reach = toReach(place, facts);
  const { rights, caveats } = listRights(facts.index, identity, reach);
  const rules = rights.map(({ rule }) => rule);
  const all = [...listCaveats(who, reach, facts), ...caveats];
  if (options.output !== undefined) await printData({ rules, caveats: all }, options.output, terminal);
  else {
    const paint = createPaint(screen);
    const where = typeof reach === 'string' ? 'cluster-wide' : `in ${reach.namespace}`;
    const head = paint('title', showText(`${nameIdentity(identity)} ${where}`));
    terminal.out(`${[head, ...rules.map(toLine), ...renderCaveats(all, paint)].join('\n')}\n`);
  }
  if (rules.length > 0 || all.some(({ code }) => code === 'masters')) return 0;
  return all.some(({ code }) => code === 'no-evidence') ? 3 : 1;
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
