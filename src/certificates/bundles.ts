import { toError } from '../base/errors.ts';
import type { KubeApi } from '../kube/api.ts';
import {
  type Bundle,
  type BundleTarget,
  isInSync,
  type OwnAddress,
  readBundle,
  writeBundle,
} from './bundle.ts';
import type { Signer } from './contents.ts';

export interface BundlesOptions {
  readonly api: Pick<KubeApi, 'get' | 'send'>;
  readonly targets: readonly BundleTarget[];
  readonly address: OwnAddress;
  /** Asked before each write: whether there may be one now. */
  readonly mayWrite: () => boolean;
  readonly report: (event: BundleEvent) => void;
}

export type BundleEvent = { readonly kind: 'bundle-written' | 'lost-update'; readonly object: string };

/** How a configuration stands. */
export interface BundleStatus {
  readonly target: BundleTarget;
  /** undefined: it trusts what is to be trusted, and nobody else */
  readonly problem: string | undefined;
}

/** The `caBundle` of all configurations, and since when they have the next authority. */
export interface Bundles {
  /** Reads all of them; what is wrong with one is in its status. Before the Secret is read, see {@link Bundles.sync}. */
  read(signal: AbortSignal): Promise<void>;
  /**
   * ms since when all of them have had this authority, as far as this replica has seen; undefined: one has it not
   * @param authorities PEM, what they are to hold
   */
  announced(next: Signer | undefined, authorities: string, now: number): number | undefined;
  /**
   * Writes what differs. It was read before the Secret was, so that `authorities` is never older than what others have
   * written into it.
   * @returns whether everything has to be looked at once more
   */
  sync(authorities: string, signal: AbortSignal): Promise<'settled' | 'again' | 'failed'>;
  status(): readonly BundleStatus[];
}

export function createBundles({ api, targets, address, mayWrite, report }: BundlesOptions): Bundles {
  let seen = new Map<BundleTarget, Bundle | Error>();
  let status: readonly BundleStatus[] = targets.map((target) => ({
    target,
    problem: `${toLabel(target)} was not read yet`,
  }));
  let since: { readonly fingerprint: string; readonly at: number } | undefined;

  function isEverywhere(authorities: string): boolean {
    return targets.every((target) => {
      const bundle = seen.get(target);
      return bundle !== undefined && !(bundle instanceof Error) && isInSync(bundle, authorities);
    });
  }

  async function syncOne(target: BundleTarget, authorities: string, signal: AbortSignal): Promise<Outcome> {
    const bundle = seen.get(target);
    if (bundle === undefined || bundle instanceof Error)
      return { problem: bundle?.message ?? `${toLabel(target)} was not read yet` };
    if (isInSync(bundle, authorities)) return { problem: undefined };
    if (!mayWrite())
      return {
        problem: `caBundle of ${toLabel(target)} is changed again and again by somebody else: find out by whom`,
      };
    try {
      const outcome = await writeBundle({ api, signal }, bundle, authorities);
      report({ kind: outcome === 'written' ? 'bundle-written' : 'lost-update', object: target.name });
      return { problem: `caBundle of ${toLabel(target)} differs, and is being written`, again: true };
    } catch (error) {
      return { problem: toError(error).message };
    }
  }

  return {
    async read(signal) {
      const read = async (target: BundleTarget) =>
        [target, await readBundle({ api, signal }, target, address).catch(toError)] as const;
      seen = new Map(await Promise.all(targets.map(read)));
    },
    announced(next, authorities, now) {
      const fingerprint = next?.x509.fingerprint256;
      if (fingerprint === undefined || !isEverywhere(authorities)) since = undefined;
      // A clock that is set back does not make the wait longer than it is.
      else if (since?.fingerprint !== fingerprint || since.at > now) since = { fingerprint, at: now };
      return since && now - since.at;
    },
    async sync(authorities, signal) {
      const outcomes = await Promise.all(targets.map((target) => syncOne(target, authorities, signal)));
      status = targets.map((target, index) => ({ target, problem: outcomes[index]?.problem }));
      if (outcomes.some(({ again }) => again)) return 'again';
      return outcomes.some(({ problem }) => problem !== undefined) ? 'failed' : 'settled';
    },
    status: () => status,
  };
}

function toLabel({ kind, name }: BundleTarget): string {
  return `${kind} ${name}`;
}

interface Outcome {
  readonly problem: string | undefined;
  readonly again?: true;
}
