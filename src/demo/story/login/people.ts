import { randomBytes } from 'node:crypto';
import type { AccessKey } from '../../../aws/sigv4/signature.ts';
import { stsHost } from '../../../aws/sts-hosts.ts';
import type { Authority } from '../../../http/self-signed.ts';
import { createStaticKeys } from '../../../issuer/keys/key-finder.ts';
import { startLocalAws } from '../../../local-aws/start.ts';
import type { Folder } from '../../../local-cluster/cleanup.ts';
import type { StoryDeps } from '../../run.ts';
import { writeLocalAwsConfig } from '../local-aws-config.ts';

export const REGION = 'eu-west-1';

/** What tokens name, and what the certificate of the local STS is for. */
export const STS_HOST = stsHost(REGION);

export const ALICE = 'arn:aws:iam::111122223333:user/alice';
export const BOB = 'arn:aws:iam::111122223333:user/bob';

/** Whose keys sign tokens. */
export interface Signers {
  readonly alice: AccessKey;
  readonly bob: AccessKey;
  /** Knows the id of alice's key, which is no secret, and not the key. */
  readonly forger: AccessKey;
}

/** STS as users call it by their signatures. */
export interface PeopleSts {
  readonly signers: Signers;
  readonly port: number;
  /** What it answered so far, oldest first: the ARN of the caller, or the code of an error. */
  readonly answers: readonly string[];
}

/**
 * Starts an STS that knows two users, over TLS: that is how the authenticator calls it.
 * @param authority signs its certificate
 */
export async function startPeopleSts(
  { authority, folder }: { readonly authority: Authority; readonly folder: Folder },
  { clock, cleanup }: Pick<StoryDeps, 'clock' | 'cleanup'>,
): Promise<PeopleSts> {
  const [alice, bob] = [createKey(), createKey()];
  const users = [
    { arn: ALICE, ...alice },
    { arn: BOB, ...bob },
  ];
  const answers: string[] = [];
  const { port, stop } = await startLocalAws({
    config: await writeLocalAwsConfig('sts.yaml', { users }, folder),
    keys: createStaticKeys(new Map()),
    clock,
    log: ({ status, note }) => void answers.push(note.code ?? note.caller ?? `HTTP ${status}`),
    tls: await authority.issue([STS_HOST]),
  });
  cleanup.add(stop);
  const forger = { ...alice, secretAccessKey: createKey().secretAccessKey };
  return { signers: { alice, bob, forger }, port, answers };
}

function createKey(): AccessKey {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
