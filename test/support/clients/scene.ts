import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { createStaticKeys } from '../../../src/issuer/keys/key-finder.ts';
import { readKeySet } from '../../../src/issuer/keys/key-set.ts';
import { readLocalAwsConfig } from '../../../src/local-aws/config/read.ts';
import type { AwsLogLine } from '../../../src/local-aws/server.ts';
import { type LocalAws, startLocalAws } from '../../../src/local-aws/start.ts';

export const ISSUER = 'https://issuer.example/id';
export const BUCKET = 'iam-bridge-demo';
const ROLE = 'arn:aws:iam::111122223333:role/s3-echoer';
const SUBJECT = 'system:serviceaccount:demo:s3-echoer';

const CONFIG = `
providers:
  - url: ${ISSUER}
    clientIds: [sts.amazonaws.com]
roles:
  - arn: ${ROLE}
    trustPolicy:
      Version: "2012-10-17"
      Statement:
        Effect: Allow
        Principal: { Federated: arn:aws:iam::111122223333:oidc-provider/issuer.example/id }
        Action: sts:AssumeRoleWithWebIdentity
        Condition: { StringEquals: { issuer.example/id:sub: ${SUBJECT}, issuer.example/id:aud: sts.amazonaws.com } }
    permissions:
      - { actions: ["s3:PutObject"], resources: ["arn:aws:s3:::${BUCKET}/*"] }
buckets: [${BUCKET}]
`;

/** What a token says otherwise than a good one does. */
export interface TokenChange {
  readonly issuer?: string;
  readonly subject?: string;
  readonly audience?: string;
  /** seconds from now */
  readonly expires?: number;
  /** By a key that the issuer does not have, under the name of one that it has. */
  readonly forged?: boolean;
}

export interface Scene {
  readonly aws: LocalAws;
  readonly log: readonly AwsLogLine[];
  /** The environment of a pod: the pair that the webhook injects, the regions, and where AWS is. */
  createPod(change?: TokenChange): Promise<Readonly<Record<string, string>>>;
  end(): Promise<void>;
}

/** An issuer with one key, and a local AWS that knows it. */
export async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-clients-'));
  const [own, other] = [createKey(), createKey()];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const keySet = readKeySet(JSON.stringify({ keys: [jwk] }));
  if (keySet.kind === 'refused') throw new Error(keySet.problem);
  const reading = readLocalAwsConfig(CONFIG, { resolve: (path) => path, read: () => '' });
  if (reading.kind === 'invalid') throw new Error(reading.problems.join('\n'));
  const log: AwsLogLine[] = [];
  const aws = await startLocalAws({
    config: reading.config,
    keys: createStaticKeys(new Map([[ISSUER, keySet]])),
    clock: { now: Date.now },
    log: (line) => log.push(line),
  });
  return {
    aws,
    log,
    async createPod({
      issuer = ISSUER,
      subject = SUBJECT,
      audience = 'sts.amazonaws.com',
      expires = 3_600,
      forged = false,
    } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const token = await new SignJWT({
        'kubernetes.io': { namespace: 'demo', serviceaccount: { name: 's3-echoer', uid: randomUUID() } },
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience([audience])
        .setIssuedAt(now - 7_200)
        .setNotBefore(now - 7_200)
        .setExpirationTime(now + expires)
        .setJti(randomUUID())
        .sign(forged ? other.privateKey : own.privateKey);
      const home = mkdtempSync(join(folder, 'pod-'));
      writeFileSync(join(home, 'token'), token);
      return {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        AWS_ROLE_ARN: ROLE,
        AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
        AWS_REGION: 'us-west-2',
        AWS_DEFAULT_REGION: 'us-west-2',
        AWS_ENDPOINT_URL_STS: aws.url,
        AWS_ENDPOINT_URL_S3: aws.url,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
    },
    async end() {
      await aws.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}
