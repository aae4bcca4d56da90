import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCredentialChain } from '../../src/aws/credentials.ts';

let home: string;

/** Nothing of this machine must come in: no shared files, no metadata service, no variables of whoever runs the test. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iam-bridge-credentials-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

test('the chain takes credentials of the environment, session token included', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  expect(await createCredentialChain()()).toMatchObject({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  });
});

test('a chain that finds none says where it would look', async () => {
  await expect(createCredentialChain()()).rejects.toThrow(
    /^no AWS credentials \(.+\): set AWS_ACCESS_KEY_ID/,
  );
});
