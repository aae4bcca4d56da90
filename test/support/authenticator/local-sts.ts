import type { AccessKey } from '../../../src/aws/sigv4/signature.ts';
import { createStaticKeys } from '../../../src/issuer/keys/key-finder.ts';
import { type Principal, toSessionPrincipal, toUniqueId } from '../../../src/local-aws/principal.ts';
import type { AwsLogLine } from '../../../src/local-aws/server.ts';
import { startLocalAws } from '../../../src/local-aws/start.ts';
import { CANARY_SECRET, CANARY_SESSION } from '../canary.ts';
import { createAuthority } from '../certificates.ts';

const ACCOUNT = '111122223333';

/** Keys of somebody whom the local STS knows. */
export interface Signer extends AccessKey {
  readonly principal: Principal;
}

export function toRoleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

/** A session of a role; its keys are made of its names. */
export function toSession(role: string, sessionName: string): Signer {
  const principal = toSessionPrincipal({ roleArn: toRoleArn(role), sessionName, permissions: [] });
  return {
    accessKeyId: toUniqueId('AROA', principal.arn).replace(/^AROA/, 'ASIA').slice(0, 20),
    secretAccessKey: `${CANARY_SECRET}-of-${principal.arn}`,
    sessionToken: `${CANARY_SESSION}-of-${principal.arn}`,
    principal,
  };
}

/** A user who may call EC2, too. */
export function toUser(name: string): Signer {
  const arn = `arn:aws:iam::${ACCOUNT}:user/${name}`;
  const permissions = [[{ effect: 'Allow', actions: ['*'], resources: ['*'] }]] as const;
  return {
    accessKeyId: toUniqueId('AIDA', arn).replace(/^AIDA/, 'AKIA').slice(0, 20),
    secretAccessKey: `${CANARY_SECRET}-of-${arn}`,
    principal: { arn, userId: toUniqueId('AIDA', arn), account: ACCOUNT, permissions },
  };
}

export interface LocalSts {
  readonly port: number;
  /** PEM of the authority of its certificate, which is for STS in us-west-2 and for 127.0.0.1. */
  readonly authority: string;
  readonly calls: readonly AwsLogLine[];
  stop(): Promise<void>;
}

/**
 * @param instances private DNS names by the ids of EC2 instances
 * @param port 0 for a free one
 */
export async function startLocalSts(
  signers: readonly Signer[],
  instances: Readonly<Record<string, string>> = {},
  port = 0,
): Promise<LocalSts> {
  const authority = createAuthority('local STS');
  const { certificate, key } = authority.issue({ names: ['sts.us-west-2.amazonaws.com', '127.0.0.1'] });
  const calls: AwsLogLine[] = [];
  const aws = await startLocalAws({
    config: {
      providers: [],
      roles: [],
      users: signers,
      instances: Object.entries(instances).map(([id, privateDnsName]) => ({
        id,
        account: ACCOUNT,
        privateDnsName,
        state: 'running',
      })),
      buckets: [],
    },
    keys: createStaticKeys(new Map()),
    clock: { now: Date.now },
    port,
    log: (line) => void calls.push(line),
    tls: { cert: certificate, key },
  });
  return { port: aws.port, authority: authority.certificate, calls, stop: aws.stop };
}
