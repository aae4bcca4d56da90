import type { CallerIdentity } from '../aws/caller-identity.ts';
import { decideMapping } from '../mapping/chain.ts';
import type { BackendName, MappedUser, MappingFailure } from '../mapping/mapper.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { renderUser } from '../mapping/render.ts';
import type { Found } from '../mapping/section-lookup.ts';
import { type EntryRef, toAccountRef, toEntryRef } from './entry-ref.ts';
import { NODE_NAME_HOLE } from './holes.ts';
import { findLosers, type LostEntry } from './losers.ts';
import type { Principal } from './principal.ts';

/** The mappings that a cluster goes by. */
export interface Mappings {
  /** In the order of precedence. */
  readonly sources: readonly MappingSource[];
  /** What no username of a backend may begin with. */
  readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
}

/** Whom the mappings make of a principal, and by which of their entries. */
export type Resolution = PrincipalDecision & {
  /** Entries that look as if they were for this principal and do not decide; where none decides, the nearest. */
  readonly others: readonly LostEntry[];
};

/** What they make of it. */
export type PrincipalDecision =
  | {
      readonly kind: 'mapped';
      /** Names may have holes. */
      readonly user: MappedUser;
      readonly by: EntryRef;
    }
  | { readonly kind: 'unmapped' }
  | {
      readonly kind: 'failed';
      readonly code: MappingFailure;
      readonly message: string;
      readonly by: EntryRef | undefined;
    };

/** Asks the mappings as the authenticator does; what only a login tells stays a hole. */
export async function resolvePrincipal(principal: Principal, mappings: Mappings): Promise<Resolution> {
  const winner = findWinner(mappings.sources, principal.identity);
  const entry = winner?.found.kind === 'entry' ? winner.found.entry : undefined;
  const others = findLosers(mappings.sources, principal.identity, entry);
  return { ...(await decidePrincipal(principal, mappings)), others };
}

/** The same without those that do not decide, which take a look at each entry. */
export async function decidePrincipal(
  { identity, session }: Principal,
  { sources, reservedPrefixes }: Mappings,
): Promise<PrincipalDecision> {
  const decision = await decideMapping(
    sources.map(({ backend }) => backend),
    identity,
    { reservedPrefixes, findNodeName: async () => NODE_NAME_HOLE },
  );
  const winner = findWinner(sources, identity);
  const by = winner && toRef(winner, identity);
  if (decision.kind === 'failed') {
    const isOpen = decision.code === 'node-name-unknown' && session === undefined;
    const user = isOpen ? renderWithHoles(winner, identity, reservedPrefixes) : undefined;
    if (user !== undefined && by !== undefined) return { kind: 'mapped', user, by };
    const { code, message } = decision;
    return { kind: 'failed', code, message, by };
  }
  if (decision.kind === 'mapped' && by !== undefined) return { kind: 'mapped', user: decision.user, by };
  return { kind: 'unmapped' };
}

/** What decides. */
export interface Winner {
  readonly source: MappingSource;
  readonly found: Found;
}

/** The first source that says anything decides, also by saying that something is wrong. */
export function findWinner(sources: readonly MappingSource[], identity: CallerIdentity): Winner | undefined {
  for (const source of sources) {
    const found = source.backend.find(identity);
    if (found.kind !== 'none') return { source, found };
  }
  return undefined;
}

function toRef({ source, found }: Winner, { accountId }: CallerIdentity): EntryRef | undefined {
  if (found.kind === 'entry') return toEntryRef(source, found.entry);
  return found.kind === 'account' ? toAccountRef(source, accountId) : undefined;
}

/** EC2 is asked for the instance that a session is named after, and nobody has named one. */
function renderWithHoles(
  winner: Winner | undefined,
  identity: CallerIdentity,
  reserved: Mappings['reservedPrefixes'],
): MappedUser | undefined {
  if (winner?.found.kind !== 'entry' || winner.found.entry.kind === 'bad') return undefined;
  const { entry } = winner.found;
  const reservedPrefixes = reserved.get(winner.source.backend.name) ?? [];
  const rendering = renderUser({ entry, identity, nodeName: NODE_NAME_HOLE, reservedPrefixes });
  return rendering.kind === 'rendered' ? rendering.user : undefined;
}
