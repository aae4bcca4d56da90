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

/** ms; a mapper has limits of its own, and this one is behind them. */
const PATIENCE = 6_000;

/** What the mappings make of a principal now. A promise only where the mapper waits. Never rejects. */
export function mapIdentity(identity: CallerIdentity, deps: MapDeps): Decision | Promise<Decision> {
  const scrubbed = deps.scrubbedAccounts.has(identity.accountId);
  const conclude = (decision: MappingDecision): Decision => toDecision(decision, identity, scrubbed);
  const fail = (error: unknown): Decision => {
    // Of an error only its name: a message could quote what it failed on.
    const detail = error instanceof Error ? error.name : typeof error;
    return { reason: 'mapper-fault', detail, identity, scrubbed };
  };
  try {
    const decision = deps.mapper.map(identity);
    if (!(decision instanceof Promise)) return conclude(decision);
    return within(PATIENCE, decision, () => new MapperTookTooLong()).then(conclude, fail);
  } catch (error) {
    return fail(error);
  }
}

class MapperTookTooLong extends Error {
  override readonly name = 'MapperTookTooLong';
}

function toDecision(decision: MappingDecision, identity: CallerIdentity, scrubbed: boolean): Decision {
  switch (decision.kind) {
    case 'mapped': {
      const { origin } = decision;
      const user = toReviewedUser(decision.user, identity, { origin, scrubbed });
      return { reason: 'granted', user, identity, origin, scrubbed };
    }
    case 'unmapped':
      return { reason: 'unmapped', identity, scrubbed };
    case 'failed': {
      const { code, message, origin } = decision;
      return { reason: code, detail: message, identity, origin, scrubbed };
    }
  }
}
