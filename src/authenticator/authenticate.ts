import { hash as digest } from 'node:crypto';
import { createResultCache, type ResultCache } from '../base/result-cache.ts';
import type { Decision } from './decision.ts';
import { type MapDeps, mapIdentity } from './map-identity.ts';
import { answerOf } from './reasons.ts';
import type { Identification, Identify } from './sts/identify.ts';
import { createIdentityPool } from './sts/identity-pool.ts';
import { toKeyHash } from './sts/request.ts';
import { type CheckedToken, checkToken, type RefusedToken } from './token/check.ts';
import { PREFIX, type TokenCheckOptions } from './token/examination.ts';

export interface AuthenticateDeps extends MapDeps {
  readonly check: Omit<TokenCheckOptions, 'now'>;
  readonly identify: Identify;
  /** ms that STS's word is kept; 0: not at all */
  readonly keep: number;
  /** ms since epoch */
  readonly now: () => number;
  /** Told of the key of every first login that was granted. */
  readonly welcome: (key: string) => void;
}

export interface Authenticate {
  /** Judges a token: by its text, by STS, by the mappings. A promise only where something waits. Never rejects. */
  (token: string): Decision | Promise<Decision>;
  /** How many words of STS are kept. */
  readonly kept: () => number;
}

/** What STS said of a token. */
interface Word {
  readonly said: Identification;
  readonly region: string;
  /** The last decision by it, while it is kept: where the mappings say the same again, it is the same. */
  last?: Decision;
}

/** Results: some 400 bytes each, beside identities; refusals have a place of their own, so that junk pushes out no login. */
const MAX_IDENTITIES = 8_192;
const MAX_REFUSALS = 8_192;

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const identities = createResultCache<Word>(deps.keep, MAX_IDENTITIES);
  const refusals = createResultCache<Word>(deps.keep, MAX_REFUSALS);
  const flights = new Map<string, Promise<Word>>();
  const share = createIdentityPool();

  function fly(hash: string, token: CheckedToken): Promise<Word> {
    const flight = deps.identify(token).then((answer) => {
      flights.delete(hash);
      const said = answer.kind === 'identity' ? { ...answer, identity: share(answer.identity) } : answer;
      const word = { said, region: token.label };
      const cache = toCache(said, identities, refusals);
      cache?.set(hash, word, deps.now(), token.expiresAt);
      return word;
    });
    flights.set(hash, flight);
    return flight;
  }

  const authenticate = (token: string): Decision | Promise<Decision> => {
    const now = deps.now();
    if (!token.startsWith(PREFIX) || token.length > deps.check.maxLength) {
      return toRefusal(checkToken(token, { ...deps.check, now }) as RefusedToken);
    }
    const hash = digest('sha256', token, 'hex');
    const word = identities.get(hash, now) ?? refusals.get(hash, now);
    const tokenHash = hash.slice(0, 12);
    if (word !== undefined) return concludeAgain(word, tokenHash, deps);
    const flight = flights.get(hash);
    if (flight !== undefined)
      return flight.then((each) => conclude(each, { source: 'sts', tokenHash }, deps));
    const checked = checkToken(token, { ...deps.check, now });
    if (checked.kind === 'refused') return { ...toRefusal(checked), tokenHash };
    return fly(hash, checked).then(async (each) => {
      const decision = await conclude(each, { source: 'sts', tokenHash }, deps);
      if (decision.reason === 'granted') deps.welcome(toKeyHash(checked));
      return decision;
    });
  };
  return Object.assign(authenticate, { kept: () => identities.size + refusals.size });
}

/** A refusal that can pass is not kept. */
function toCache(
  said: Identification,
  identities: ResultCache<Word>,
  refusals: ResultCache<Word>,
): ResultCache<Word> | undefined {
  if (said.kind === 'identity') return identities;
  return answerOf(said.reason) === 'refusal' ? refusals : undefined;
}

function toRefusal({ reason, rule, detail }: RefusedToken): Decision {
  return { reason, detail: `${rule}: ${detail}` };
}

/** The mappings are asked each time: they change, and STS's word does not. */
function conclude(
  word: Word,
  about: Pick<Decision, 'source' | 'tokenHash'>,
  deps: MapDeps,
): Decision | Promise<Decision> {
  const { said, region } = word;
  if (said.kind === 'refused') return { reason: said.reason, detail: said.detail, region, ...about };
  return mapIdentity({ identity: said.identity, region, ...about }, deps);
}

/** Most reviews are this: nothing is made anew that is there already. */
function concludeAgain(word: Word, tokenHash: string, deps: MapDeps): Decision | Promise<Decision> {
  const { said, region, last } = word;
  if (said.kind === 'refused') return conclude(word, { source: 'cache', tokenHash }, deps);
  const about = { identity: said.identity, region, source: 'cache', tokenHash, previous: last } as const;
  const decision = mapIdentity(about, deps);
  if (!(decision instanceof Promise)) word.last = decision;
  return decision;
}
