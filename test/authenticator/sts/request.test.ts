import { expect, test } from 'vitest';
import { toKeyHash, toStsPath } from '../../../src/authenticator/sts/request.ts';
import { type CheckedToken, checkToken } from '../../../src/authenticator/token/check.ts';
import { readPresignedUrl } from '../../../src/aws/sigv4/presigned-url.ts';
import { EMPTY_HASH } from '../../../src/aws/sigv4/signature.ts';
import { verifySignature } from '../../../src/aws/sigv4/verify.ts';
import { CLUSTER, createCheckOptions, HOST, signToken } from '../../support/authenticator/tokens.ts';
import { KEYS, NOW, SESSION } from '../../support/aws/signing-plan.ts';

function check(token: string): CheckedToken {
  const verdict = checkToken(token, createCheckOptions());
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  return verdict;
}

test.each([
  ['long-lived keys', KEYS],
  ['a session', SESSION],
])('the request is made anew, and the signature of %s holds for it', (_, keys) => {
  const checked = check(signToken({ keys }));
  const path = toStsPath(checked);
  const verdict = verifySignature(
    {
      method: 'GET',
      path: '/',
      query: path.slice(2),
      headers: [
        ['host', HOST],
        ['x-k8s-aws-id', CLUSTER],
      ],
      payloadHash: EMPTY_HASH,
    },
    { service: 'sts', region: 'us-west-2', now: NOW, findCredentials: () => keys },
  );
  expect(verdict.kind).toBe('verified');
  expect(readPresignedUrl(`https://${HOST}${path}`)).toMatchObject({ claim: checked.claim });
});

test('calls count by key and session token: who knows the id of a key alone is somebody else', () => {
  const hashes = [
    signToken({ keys: SESSION }),
    signToken({ keys: SESSION, at: NOW - 1_000 }),
    signToken({ keys: { ...SESSION, sessionToken: 'forged' } }),
    signToken({ keys: KEYS }),
  ].map((token) => toKeyHash(check(token)));
  expect(hashes[0]).toBe(hashes[1]);
  expect(new Set(hashes).size).toBe(3);
  expect(hashes.join()).not.toContain(SESSION.accessKeyId);
});
