import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AWS_CLI, BOTOCORE, type Client, GO, JAVASCRIPT } from '../support/clients/clients.ts';
import { BUCKET, ISSUER, openScene, type Scene, type TokenChange } from '../support/clients/scene.ts';

const required = process.env['IAM_BRIDGE_E2E'] === 'required';
const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-clients-built-'));
let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene.end();
  rmSync(folder, { recursive: true, force: true });
});

/** AWS's answer to each fault, in the words that the SDKs show. */
const FAULTS: readonly (readonly [fault: string, change: TokenChange, code: string, message: RegExp])[] = [
  [
    'a wrong audience',
    { audience: 'https://kubernetes.default.svc' },
    'InvalidIdentityToken',
    /^Incorrect token audience/,
  ],
  [
    'a wrong subject',
    { subject: 'system:serviceaccount:demo:default' },
    'AccessDenied',
    /^Not authorized to perform sts:AssumeRoleWithWebIdentity/,
  ],
  ['an expired token', { expires: -3_600 }, 'ExpiredTokenException', /^Token expired: /],
  [
    'a missing provider',
    { issuer: `${ISSUER}/` },
    'InvalidIdentityToken',
    /^No OpenIDConnect provider found in your account for /,
  ],
  [
    'a bad signature',
    { forged: true },
    'InvalidIdentityToken',
    /^Couldn't retrieve verification key from your identity provider/,
  ],
];

describe.each<Client>([JAVASCRIPT, BOTOCORE, AWS_CLI, GO])('$name', ({ name, missing, prepare, put }) => {
  if (missing !== undefined && required) {
    test('is required', () => {
      throw new Error(missing);
    });
  } else if (missing !== undefined) {
    console.error(missing);
  }

  describe.skipIf(missing !== undefined)('with the environment of a pod', () => {
    beforeAll(() => prepare(folder));

    test('assumes the role and writes its object', async () => {
      const key = `by/${name.replaceAll(' ', '-')} ä+(1).txt`;
      expect(await put({ bucket: BUCKET, key, text: `by ${name}` }, await scene.createPod())).toEqual({
        code: 'ok',
        message: '',
      });
      const written = scene.aws.objects().find((object) => object.key === key);
      expect(written?.data.toString()).toBe(`by ${name}`);
      expect(scene.log.at(-1)).toMatchObject({
        status: 200,
        note: {
          action: 's3:PutObject',
          caller: expect.stringMatching(/^arn:aws:sts::111122223333:assumed-role\/s3-echoer\/./),
        },
      });
    });

    test.each(FAULTS)('is told of %s', async (_, change, code, message) => {
      const said = await put({ bucket: BUCKET, key: 'never', text: '' }, await scene.createPod(change));
      expect(said).toEqual({ code, message: expect.stringMatching(message) });
    });

    test('is told of a permission that the role lacks', async () => {
      const said = await put({ bucket: 'another-bucket', key: 'never', text: '' }, await scene.createPod());
      expect(said.code).toBe('AccessDenied');
      expect(scene.log.at(-1)).toMatchObject({
        status: 403,
        note: { action: 's3:PutObject', code: 'AccessDenied' },
      });
    });
  });
});
