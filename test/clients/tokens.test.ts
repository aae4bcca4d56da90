import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderEksToken } from '../../src/aws/eks-token.ts';
import { readPresignedUrl } from '../../src/aws/sigv4/presigned-url.ts';
import { parseTimestamp } from '../../src/aws/sigv4/timestamp.ts';
import { findStsHost, stsHost } from '../../src/aws/sts-hosts.ts';
import { CANARY_SECRET, CANARY_SESSION } from '../support/canary.ts';
import { BOTOCORE, buildGo, GO, PYTHON } from '../support/clients/clients.ts';
import { run } from '../support/clients/run.ts';

const required = process.env['IAM_BRIDGE_E2E'] === 'required';
const CLUSTER = 'demo';
const LONG_LIVED = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: `${CANARY_SECRET}/with+signs=`,
};
const IDENTITIES = {
  'a long-lived key': LONG_LIVED,
  'a session': {
    ...LONG_LIVED,
    AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
    AWS_SESSION_TOKEN: `${CANARY_SESSION}${'a+/9'.repeat(300)}==`,
  },
} as const;

interface Maker {
  readonly name: string;
  readonly missing: string | undefined;
  /** Makes it ready, once. @param folder for what is built */
  readonly prepare?: (folder: string) => Promise<void>;
  /** The command that prints a token. @param folder what was built is there */
  make(region: string, folder: string): readonly [string, ...string[]];
}

const MAKERS: readonly Maker[] = [
  {
    name: 'AWS SDK for JavaScript v3',
    missing: undefined,
    make: (region) => [
      process.execPath,
      join(import.meta.dirname, 'javascript', 'eks-token.ts'),
      CLUSTER,
      region,
      stsHost(region),
    ],
  },
  {
    name: 'botocore',
    missing: BOTOCORE.missing,
    make: (region) => [
      PYTHON ?? '',
      join(import.meta.dirname, 'python', 'eks_token.py'),
      CLUSTER,
      region,
      stsHost(region),
    ],
  },
  {
    name: 'AWS CLI',
    missing: BOTOCORE.missing,
    make: (region) => [
      join(dirname(PYTHON ?? ''), 'aws'),
      '--region',
      region,
      'eks',
      'get-token',
      '--cluster-name',
      CLUSTER,
    ],
  },
  {
    name: 'AWS SDK for Go v2',
    missing: GO.missing,
    prepare: async (folder) => void (await buildGo('./token', join(folder, 'token'))),
    make: (region, folder) => [join(folder, 'token'), CLUSTER, region],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-clients-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(MAKERS)('a token of $name', ({ missing, prepare, make }) => {
  if (missing !== undefined && required) {
    test('is required', () => {
      throw new Error(missing);
    });
  } else if (missing !== undefined) {
    console.error(missing);
  }

  describe.skipIf(missing !== undefined).each(Object.entries(IDENTITIES))('by %s', (_, keys) => {
    beforeAll(() => prepare?.(folder));

    test.each(['us-east-1', 'eu-west-1', 'cn-north-1'])(
      'in %s is the one that we make in the same second',
      async (region) => {
        const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...keys };
        const { stdout, stderr } = await run(make(region, folder), env);
        const text = /k8s-aws-v1\.([A-Za-z0-9_-]+)/.exec(stdout)?.[1];
        if (text === undefined) throw new Error(`there is no token:\n${stdout}${stderr}`);
        const theirs = new URL(Buffer.from(text, 'base64url').toString());
        const now = parseTimestamp(theirs.searchParams.get('X-Amz-Date') ?? '') ?? Number.NaN;
        const accessKey = {
          accessKeyId: keys.AWS_ACCESS_KEY_ID,
          secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
          ...('AWS_SESSION_TOKEN' in keys && { sessionToken: keys.AWS_SESSION_TOKEN }),
        };
        const token = renderEksToken({ clusterId: CLUSTER, accessKey, host: theirs.host, region, now });
        const ours = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
        expect(toParts(theirs)).toEqual(toParts(ours));
        expect(findStsHost(theirs.host)).toMatchObject({ region, kind: 'regional' });
        expect(readPresignedUrl(theirs.href)).toMatchObject({ kind: 'presigned-url' });
      },
    );
  });
});

/** The order of parameters is each maker's own; the signature does not depend on it. */
function toParts(url: URL): readonly string[] {
  return [
    url.origin,
    url.pathname,
    ...[...url.searchParams].map(([name, value]) => `${name}=${value}`).sort(),
  ];
}
