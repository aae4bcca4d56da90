import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showHoles } from '../../src/access/holes.ts';
import { type PrincipalWords, readPrincipal } from '../../src/access/principal.ts';

const ACCOUNT = 'arn:aws:iam::111122223333';

function read(words: PrincipalWords): object {
  const reading = readPrincipal(words);
  if (reading.kind === 'problem') return { problem: reading.problem };
  const { identity, session, notes } = reading.principal;
  return { arn: showHoles(identity.arn), canonicalArn: identity.canonicalArn, session, notes };
}

describe('an IAM principal', () => {
  test.each<[string, PrincipalWords, object]>([
    [
      'of a role, of whose session nothing is known',
      { arn: `${ACCOUNT}:role/dev` },
      {
        arn: 'arn:aws:sts::111122223333:assumed-role/dev/*',
        canonicalArn: `${ACCOUNT}:role/dev`,
        session: undefined,
      },
    ],
    [
      'of a role with a session',
      { arn: `${ACCOUNT}:role/dev`, session: 'jane@example.com' },
      { arn: 'arn:aws:sts::111122223333:assumed-role/dev/jane@example.com', session: 'jane@example.com' },
    ],
    [
      'of a session',
      { arn: 'arn:aws-cn:sts::111122223333:assumed-role/dev/jane' },
      { canonicalArn: 'arn:aws-cn:iam::111122223333:role/dev', session: 'jane' },
    ],
    [
      'of a user, whose path counts',
      { arn: `${ACCOUNT}:user/team/bob` },
      { arn: `${ACCOUNT}:user/team/bob`, canonicalArn: `${ACCOUNT}:user/team/bob`, session: '' },
    ],
    ['of an account', { arn: `${ACCOUNT}:root` }, { canonicalArn: `${ACCOUNT}:root` }],
    [
      'that is federated',
      { arn: 'arn:aws:sts::111122223333:federated-user/bob' },
      { canonicalArn: 'arn:aws:sts::111122223333:federated-user/bob' },
    ],
    [
      'told twice, in one voice',
      { arn: 'arn:aws:sts::111122223333:assumed-role/dev/jane', session: 'jane' },
      { session: 'jane' },
    ],
  ])('%s is read', (_, words, expected) => {
    expect(read(words)).toMatchObject(expected);
  });

  test('of a role with a path is told that STS drops it', () => {
    expect(read({ arn: `${ACCOUNT}:role/team/dev` })).toMatchObject({
      canonicalArn: `${ACCOUNT}:role/dev`,
      notes: ['STS tells a role without its path, so "team/" counts for nothing'],
    });
  });

  test.each<[string, PrincipalWords, RegExp]>([
    ['is no ARN', { arn: 'dev' }, /"dev" is no ARN of IAM: give one such as arn:aws:iam::/],
    ['has an account that is none', { arn: 'arn:aws:iam::12:role/dev' }, /is no ARN of IAM/],
    ['has an unknown partition', { arn: 'arn:gcp:iam::111122223333:role/dev' }, /is no ARN of IAM/],
    ['has a region', { arn: 'arn:aws:iam:us-east-1:111122223333:role/dev' }, /is no ARN of IAM/],
    ['is of a policy', { arn: `${ACCOUNT}:policy/dev` }, /is none of a user, a role/],
    ['has a wildcard', { arn: `${ACCOUNT}:role/*` }, /is none of a user, a role/],
    ['is a user with a session', { arn: `${ACCOUNT}:user/bob`, session: 'jane' }, /only a role has sessions/],
    ['has a session that is none', { arn: `${ACCOUNT}:role/dev`, session: 'a b' }, /is no name of a session/],
    [
      'is of another session',
      { arn: 'arn:aws:sts::111122223333:assumed-role/dev/jane', session: 'bob' },
      /is of the session "jane" already: leave the other out/,
    ],
  ])('that %s is refused in one sentence', (_, words, problem) => {
    expect(read(words)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('is never guessed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const reading = readPrincipal({ arn: text });
        if (reading.kind === 'problem') expect(reading.problem).toMatch(/^[ -~…]*$/);
      }),
    );
  });
});
