import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { ReadScope } from '../kube/trouble.ts';
import type { BackendName } from './mapper.ts';
import type { Found } from './section-lookup.ts';

/** One source of mappings, as the chain asks it. */
export interface Backend {
  readonly name: BackendName;
  find(identity: CallerIdentity): Found;
  /** Whether an entry found by its unique id has to agree with the ARN, too. */
  readonly comparesArn?: boolean;
}

/** A source at the API server, and how its watch stands. */
export interface WatchedSource {
  readonly scope: ReadScope;
  readonly reflector: Pick<Reflector, 'delivered' | 'lastContact' | 'trouble'>;
}

/** A source that follows something outside. */
export interface RunningBackend extends Backend {
  /** Why it cannot be relied upon yet; undefined once its source was looked at. */
  pending(): string | undefined;
  /** What is wrong with its newest reading, so that what was known before serves on, or an entry is refused. */
  problem(): string | undefined;
  readonly watched?: WatchedSource;
  start(): void;
  /** Nothing is told afterwards; resolves when nothing is under way. */
  stop(): Promise<void>;
}
