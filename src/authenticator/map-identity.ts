import type { CallerIdentity } from '../aws/caller-identity.ts';
import { within } from '../base/patience.ts';
import type { Mapper, MappingDecision } from '../mapping/mapper.ts';
import type { Decision } from './decision.ts';
import { toReviewedUser } from './user.ts';

export interface MapDeps {
  readonly mapper: Mapper;
  /** 12 digits each. */
  readonly scrubbedAccounts: ReadonlySet<string>;
}

/** What is known of a decision before the mappings are asked. */
export interface About extends Pick<Decision, 'region' | 'source' | 'tokenHash'> {
  readonly identity: CallerIdentity;
  /** The decision before, of the same token: it is used again where the mappings say the same. */
  readonly previous?: Decision | undefined;
}

/** ms; a mapper has limits of its own, and this one is behind them. */
const PATIENCE = 6_000;

/** What the mappings make of a principal now. A promise only where the mapper waits. Never rejects. */
export function mapIdentity(about: About, deps: MapDeps): Decision | Promise<Decision> {
  const { identity, region, source, tokenHash } = about;
  const scrubbed = deps.scrubbedAccounts.has(identity.accountId);
  const known = { identity, scrubbed, region, source, tokenHash };
  const conclude = (mapped: MappingDecision): Decision => toDecision(mapped, known, about.previous);
  // Of an error only its name: a message could quote what it failed on.
  const fail = (error: unknown): Decision => ({
    ...known,
    reason: 'mapper-fault',
    detail: error instanceof Error ? error.name : typeof error,
  });
  try {
    const mapped = deps.mapper.map(identity);
    if (!(mapped instanceof Promise)) return conclude(mapped);
    return within(PATIENCE, mapped, () => new MapperTookTooLong()).then(conclude, fail);
  } catch (error) {
    return fail(error);
  }
}

class MapperTookTooLong extends Error {
  override readonly name = 'MapperTookTooLong';
}

type Known = Omit<About, 'previous'> & { readonly scrubbed: boolean };

function toDecision(mapped: MappingDecision, known: Known, previous: Decision | undefined): Decision {
  switch (mapped.kind) {
    case 'mapped': {
      if (previous !== undefined && isSame(previous, mapped)) return previous;
      const { origin } = mapped;
      const user = toReviewedUser(mapped.user, known.identity, { origin, scrubbed: known.scrubbed });
      return { ...known, reason: 'granted', user, origin };
    }
    case 'unmapped':
      return { ...known, reason: 'unmapped' };
    case 'failed':
      return { ...known, reason: mapped.code, detail: mapped.message, origin: mapped.origin };
  }
}

function isSame({ user, origin }: Decision, mapped: Extract<MappingDecision, { kind: 'mapped' }>): boolean {
  const { username, groups } = mapped.user;
  return (
    user !== undefined &&
    user.username === username &&
    user.groups.length === groups.length &&
    user.groups.every((group, index) => group === groups[index]) &&
    origin?.backend === mapped.origin.backend &&
    origin.entry === mapped.origin.entry
  );
}
