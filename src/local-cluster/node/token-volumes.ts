import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../base/errors.ts';
import type { NodePod, NodeVolume, TokenSource } from './pod-spec.ts';
import { isRenewalDue, type RequestToken, type TokenGrant } from './token-grant.ts';
import { decideTokenMode, writeVolume } from './volume-writer.ts';

/** The volumes of one pod, with tokens that stay fresh. */
export interface TokenVolumes {
  /** One for each token source of the pod. */
  readonly files: readonly TokenFile[];
  /**
   * Asks for every token that is missing or due, and puts those that come in place of the old ones. Where asking fails,
   * the old token stays, as kubelet leaves it.
   */
  renew(): Promise<Renewal>;
  /** Ends what is under way; nothing is asked for or written after it. */
  close(): Promise<void>;
}

export interface TokenFile {
  readonly volume: string;
  readonly audience: string | undefined;
  /** Absolute, on this machine: a link that leads to the newest token. */
  readonly path: string;
}

export interface Renewal {
  /** How many tokens came. */
  readonly renewed: number;
  /** One sentence for each token that did not. */
  readonly problems: readonly string[];
  /** Whether each volume has all of its files by now, fresh or not. */
  readonly complete: boolean;
}

export interface TokenVolumesDeps {
  readonly requestToken: RequestToken;
  /** ms since epoch: what tokens are held against. */
  readonly now: () => number;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
}

/** @param folder gets a folder for each volume */
export function createTokenVolumes(pod: NodePod, folder: string, deps: TokenVolumesDeps): TokenVolumes {
  const closing = new AbortController();
  const { signal } = closing;
  const volumes = pod.volumes.map((volume) => createVolume({ pod, volume, folder, signal }, deps));
  // Two renewals at a time would ask for the same tokens, and write over each other.
  let last: Promise<unknown> = Promise.resolve();
  return {
    files: volumes.flatMap(({ files }) => files),
    renew() {
      const renewal = last.then(async () =>
        mergeRenewals(await Promise.all(volumes.map((each) => each.renew()))),
      );
      last = renewal;
      return renewal;
    },
    async close() {
      closing.abort(new Error('the pod is going away'));
      await last;
    },
  };
}

interface VolumeOptions {
  readonly pod: NodePod;
  readonly volume: NodeVolume;
  readonly folder: string;
  readonly signal: AbortSignal;
}

function createVolume(
  { pod, volume, folder, signal }: VolumeOptions,
  { requestToken, now, random }: TokenVolumesDeps,
): Omit<TokenVolumes, 'close'> {
  const target = join(folder, volume.name);
  const mode = decideTokenMode(pod, volume);
  const grants = new Map<TokenSource, TokenGrant>();

  function isMissingOrDue(source: TokenSource): boolean {
    const grant = grants.get(source);
    return grant === undefined || isRenewalDue(grant, now(), random());
  }

  async function ask(source: TokenSource): Promise<string | undefined> {
    try {
      grants.set(source, await requestToken(pod, source, signal));
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  }

  /** A volume comes whole or not at all. */
  async function write(): Promise<string | undefined> {
    const files = [...grants].map(([{ path }, { token }]) => ({ path, text: token, mode }));
    try {
      await (files.length === 0 ? mkdir(target, { recursive: true }) : writeVolume(target, files, now()));
      return undefined;
    } catch (error) {
      // What was not written was not granted: it is asked for again.
      grants.clear();
      return describeError(error);
    }
  }

  let written = false;
  return {
    files: volume.tokens.map(({ audience, path }) => ({
      volume: volume.name,
      audience,
      path: join(target, path),
    })),
    async renew() {
      if (signal.aborted) return { renewed: 0, problems: [], complete: written };
      const due = volume.tokens.filter(isMissingOrDue);
      const answers: (string | undefined)[] = [];
      for (const source of due) answers.push(await ask(source));
      const renewed = answers.filter((problem) => problem === undefined).length;
      const whole = grants.size === volume.tokens.length;
      if (whole && !signal.aborted && (renewed > 0 || !written)) {
        answers.push(await write());
        written ||= answers.at(-1) === undefined;
      }
      const problems = answers.flatMap((problem) =>
        problem === undefined ? [] : `volume ${volume.name}: ${problem}`,
      );
      return { renewed, problems, complete: written };
    },
  };
}

function mergeRenewals(renewals: readonly Renewal[]): Renewal {
  return {
    renewed: renewals.reduce((sum, { renewed }) => sum + renewed, 0),
    problems: renewals.flatMap(({ problems }) => problems),
    complete: renewals.every(({ complete }) => complete),
  };
}
