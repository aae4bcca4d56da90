import type { Readable } from 'node:stream';
import { describeError } from '../base/errors.ts';
import { readTextFile } from '../base/text-file.ts';
import type { PublicJwk } from '../issuer/documents.ts';
import { createClusterSource, readClusterIssuer } from '../issuer/keys/cluster-source.ts';
import { readPemKeys } from '../issuer/keys/pem.ts';
import { readPublicSet } from '../issuer/keys/public-jwk.ts';
import { describeWeakKeys } from '../issuer/keys/weak-key.ts';
import { quoteShort } from '../json/quote.ts';
import { createKubeApi } from '../kube/api.ts';
import type { ClusterSettings } from '../settings/cluster.ts';
import { findCluster } from './cluster.ts';

export interface KeySourceSettings {
  /** `cluster`, `-` for standard input, or paths of PEM or JWKS files. */
  readonly from: readonly string[];
  readonly cluster: ClusterSettings;
  /** The cluster must call itself so; absent: it is not asked. */
  readonly issuer?: string;
}

export type KeySourceReading =
  /** At least one, each key id once. */
  | { readonly kind: 'keys'; readonly keys: readonly PublicJwk[]; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

const MAX_BYTES = 1024 * 1024;

/**
 * The public keys of all sources together.
 * @throws Error where the cluster cannot be asked
 */
export async function readKeySource(settings: KeySourceSettings, input: Readable): Promise<KeySourceReading> {
  const readings: KeySourceReading[] = [];
  for (const source of settings.from) {
    readings.push(source === 'cluster' ? await readFromCluster(settings) : await readFromFile(source, input));
  }
  const problems = readings.flatMap((reading) => (reading.kind === 'refused' ? reading.problems : []));
  const notes = readings.flatMap((reading) => (reading.kind === 'keys' ? reading.notes : []));
  const keys = new Map<string, PublicJwk>();
  for (const key of readings.flatMap((reading) => (reading.kind === 'keys' ? reading.keys : []))) {
    const other = keys.get(key.kid);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(key)) {
      problems.push(`--from has two keys of the id ${JSON.stringify(key.kid)}: leave one out`);
    }
    keys.set(key.kid, key);
  }
  return problems.length > 0
    ? { kind: 'refused', problems }
    : { kind: 'keys', keys: [...keys.values()], notes: [...notes, ...describeWeakKeys([...keys.values()])] };
}

async function readFromCluster({ cluster, issuer }: KeySourceSettings): Promise<KeySourceReading> {
  const access = await findCluster(cluster);
  const api = createKubeApi(access);
  try {
    const found = await readClusterIssuer(api);
    if (issuer !== undefined && found !== issuer) {
      return refuse(
        `the cluster at ${access.server} calls its issuer ${quoteShort(found)} and not ${quoteShort(issuer)}, and every character counts: give its own as --issuer`,
      );
    }
    const { jwks } = await createClusterSource(api, found).readDocuments();
    const reading = readPublicSet(jwks);
    if (reading.kind === 'refused') return refuse(`the keys of ${access.server}: ${reading.problem}`);
    return { kind: 'keys', keys: reading.keys, notes: [...access.notes, ...reading.skipped] };
  } finally {
    api.close();
  }
}

async function readFromFile(path: string, input: Readable): Promise<KeySourceReading> {
  const name = path === '-' ? 'standard input' : path;
  let text: string;
  try {
    text = await readTextFile(path, MAX_BYTES, input);
  } catch (error) {
    return refuse(`--from: ${describeError(error)}`);
  }
  if (!text.trimStart().startsWith('{')) {
    const reading = readPemKeys(text);
    if (reading.kind === 'keys') return { ...reading, notes: [] };
    return { kind: 'refused', problems: reading.problems.map((each) => `--from ${name}: ${each}`) };
  }
  const reading = readPublicSet(text);
  if (reading.kind === 'refused') return refuse(`--from ${name}: ${reading.problem}`);
  return { kind: 'keys', keys: reading.keys, notes: reading.skipped.map((each) => `${name}: ${each}`) };
}

function refuse(problem: string): KeySourceReading {
  return { kind: 'refused', problems: [problem] };
}
