import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTokenReview } from '../../src/authenticator/review.ts';
import { checkToken } from '../../src/authenticator/token/check.ts';
import { renderTimestamp } from '../../src/aws/sigv4/timestamp.ts';
import { type Bed, createMapper, mapTo, openAuthenticator, toReview } from '../support/authenticator/bed.ts';
import { mapOneUser, type Peer, startPeer } from '../support/authenticator/peer.ts';
import { authority, startProxy, startStandIn } from '../support/authenticator/sts-stand-in.ts';
import { createCheckOptions, HOST, PARAMETERS, toToken } from '../support/authenticator/tokens.ts';

/** The Go program, built from its public repository outside of this one. */
const PEER = process.env['PEER_AUTHENTICATOR'] ?? '';
const numRuns = Number(process.env['PEER_RUNS'] ?? 2_000);
if (PEER === '') console.warn('SKIPPED: PEER_AUTHENTICATOR=/path/to/aws-iam-authenticator is not set');

const ARN = 'arn:aws:iam::111122223333:user/jane';
const RESULT = { Account: '111122223333', Arn: ARN, UserId: 'AIDAJANE' };
const ANSWER = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: RESULT } });
const OTHER_HOST = 'sts.eu-west-1.amazonaws.com';
const UNKNOWN_HOST = 'sts.not-a-region.amazonaws.com';

let ours: Bed;
let peer: Peer;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (PEER === '') return;
  const sts = await startStandIn(
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER),
    [HOST, OTHER_HOST, UNKNOWN_HOST, 'sts.amazonaws.com', 'sts-fips.us-west-2.amazonaws.com'],
  );
  const proxy = await startProxy(sts.port);
  peer = await startPeer({
    path: PEER,
    proxyPort: proxy.port,
    authority: authority.certificate,
    config: mapOneUser(ARN),
  });
  ours = await openAuthenticator({ sts, mapper: createMapper({ [ARN]: mapTo('jane', ['devs']) }) });
  cleanups.push(sts.stop, proxy.stop, peer.stop, ours.stop);
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

interface Outcome {
  readonly user: unknown;
  readonly reason: unknown;
}

async function ask(body: string): Promise<{ readonly own: Outcome; readonly theirs: Outcome }> {
  ours.clock.time = Date.now();
  const [own, theirs] = await Promise.all([ours.send(body), peer.send(body)]);
  return {
    own: { user: readUser(own.body), reason: findReason(body) },
    theirs: { user: readUser(theirs.body), reason: theirs.status },
  };
}

/** Why we let nobody in; the log does not tell of every one. */
function findReason(body: string): string {
  const review = readTokenReview(Buffer.from(body));
  if (review.kind !== 'review') return review.kind;
  const verdict = checkToken(review.token, createCheckOptions({ now: Date.now() }));
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

/** Who was let in, without what we tell in addition; undefined: nobody. */
function readUser(body: unknown): unknown {
  const { status } = (body ?? {}) as {
    readonly status?: { authenticated?: boolean; user?: { extra?: object } };
  };
  if (!status?.authenticated || status.user === undefined) return undefined;
  const extra = Object.entries(status.user.extra ?? {}).filter(([key]) => !key.startsWith('iam-bridge/'));
  return { ...status.user, extra: Object.fromEntries(extra) };
}

const names = [...Object.keys(PARAMETERS), 'X-Amz-Security-Token'];
const odd = fc.constantFrom(
  '',
  '+',
  '%',
  '%41',
  '%2f',
  ' ',
  'é',
  '\u212a',
  '&',
  '=',
  ';',
  '#',
  '\n',
  '/',
  '0',
  '-',
  'x',
);
const value = (name: string): fc.Arbitrary<string> => {
  const now = Date.now();
  const given: Record<string, readonly string[]> = {
    'X-Amz-Date': [-1_000_000, -600_000, 0, 600_000, 1_000_000].map((off) => renderTimestamp(now + off)),
    'X-Amz-Expires': ['60', '1', '0', '900', '901', '060', '+60', '6e1', '%2B60'],
    'X-Amz-SignedHeaders': [
      'host%3Bx-k8s-aws-id',
      'x-k8s-aws-id',
      'host',
      'host%3BX-K8s-Aws-Id',
      'host;x-k8s-aws-id',
    ],
    Action: ['GetCallerIdentity', 'getcalleridentity', 'AssumeRole', 'Get%43allerIdentity'],
    Version: ['2011-06-15', '2011-06-16', ''],
    'X-Amz-Security-Token': ['token', 'a%2Fb%3D', 'a%2fb', ''],
  };
  return fc.oneof(fc.constantFrom(...(given[name] ?? [PARAMETERS[name] ?? 'a'])), odd);
};
const change = fc.constantFrom(...names).chain((name) =>
  fc.record({
    name: fc.oneof(
      { weight: 8, arbitrary: fc.constant(name) },
      { weight: 1, arbitrary: fc.constant(name.toLowerCase()) },
      { weight: 1, arbitrary: odd.map((text) => name + text) },
    ),
    value: value(name),
    kind: fc.constantFrom('set', 'set', 'set', 'add', 'drop'),
  }),
);
const host = fc.oneof(
  { weight: 12, arbitrary: fc.constant(HOST) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      OTHER_HOST,
      UNKNOWN_HOST,
      'sts.amazonaws.com',
      'sts-fips.us-west-2.amazonaws.com',
      'google.com',
      `${HOST}.`,
      `${HOST}:443`,
      `a@${HOST}`,
      'STS.us-west-2.amazonaws.com',
    ),
  },
);
const token = fc
  .record({
    host,
    changes: fc.array(change, { maxLength: 2 }),
    edit: fc.option(fc.record({ at: fc.nat(900), drop: fc.nat(1), put: odd }), { freq: 3 }),
    late: fc.option(fc.record({ at: fc.nat(900), drop: fc.nat(1), put: odd }), { freq: 6 }),
  })
  .map(({ host: at, changes, edit, late }) => {
    const url = applyEdit(`https://${at}/?${toQuery(changes)}`, edit);
    return applyEdit(toToken(url), late);
  });

type Edit = { readonly at: number; readonly drop: number; readonly put: string } | null;

function applyEdit(text: string, edit: Edit): string {
  return edit === null ? text : text.slice(0, edit.at) + edit.put + text.slice(edit.at + edit.drop);
}

function toQuery(
  changes: readonly { readonly name: string; readonly value: string; readonly kind: string }[],
): string {
  const timestamp = renderTimestamp(Date.now());
  const credential = `AKIAEXAMPLEEXAMPLE00%2F${timestamp.slice(0, 8)}%2Fus-west-2%2Fsts%2Faws4_request`;
  const base = { ...PARAMETERS, 'X-Amz-Date': timestamp, 'X-Amz-Credential': credential };
  const pairs = Object.entries(base);
  for (const each of changes) {
    const present = pairs.findIndex(([name]) => name.toLowerCase() === each.name.toLowerCase());
    if (each.kind === 'add' || present === -1) pairs.push([each.name, each.value]);
    else
      pairs.splice(
        present,
        1,
        ...(each.kind === 'drop' ? [] : [[each.name, each.value] as [string, string]]),
      );
  }
  return pairs.map((pair) => pair.join('=')).join('&');
}

/** Whom we refuse and the Go program lets in: each has its row in docs/compatibility.md. */
const STRICTER: ReadonlySet<unknown> = new Set([
  'not-base64url',
  'url-not-ascii',
  'url-not-https',
  'url-fragment',
  'url-authority-malformed',
  'query-malformed',
  'parameter-unknown',
  'parameter-missing',
  'version-not-allowed',
  'algorithm-not-allowed',
  'credential-malformed',
  'signed-headers-not-allowed',
  'signature-malformed',
  'date-malformed',
  'expires-out-of-range',
  'session-token-empty',
  'host-not-allowed',
  'scope-region-mismatch',
  'token-not-yet-valid',
]);

/** Twenty thousand runs take a quarter of an hour, and longer where the machine has other things to do. */
const timeout = 3_600_000;

describe.skipIf(PEER === '')('beside the Go program', { timeout }, () => {
  test('a token that is let in is let in there as the same user; what only it lets in has a row', async () => {
    let both = 0;
    await fc.assert(
      fc.asyncProperty(token, async (given) => {
        const { own, theirs } = await ask(toReview(given, { version: 'v1beta1' }));
        if (own.user !== undefined) {
          both += 1;
          expect(own.user).toEqual(theirs.user);
        } else if (theirs.user !== undefined) {
          expect(STRICTER, String(own.reason)).toContain(own.reason);
        }
      }),
      { numRuns },
    );
    // Or else the property says nothing.
    expect(both).toBeGreaterThan(numRuns / 60);
  });

  test('a body that is let in is let in there; what only it lets in is ambiguous, or of another type', async () => {
    const review = JSON.parse(toReview(toToken(`https://${HOST}/?${toQuery([])}`), { version: 'v1beta1' }));
    const member = fc.constantFrom(
      'apiVersion',
      'kind',
      'metadata',
      'spec',
      'status',
      'Spec',
      'KIND',
      'x',
      '\u017fpec',
    );
    const any = fc.oneof(
      fc.constantFrom<unknown>(null, '', 1, [], {}, 'TokenReview', 'authentication.k8s.io/v1', review.spec),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const body = fc
      .record({
        changes: fc.array(fc.tuple(member, any), { maxLength: 2 }),
        edit: fc.option(fc.record({ at: fc.nat(1_300), drop: fc.nat(1), put: odd }), { freq: 2 }),
      })
      .map(({ changes, edit }) =>
        applyEdit(JSON.stringify({ ...review, ...Object.fromEntries(changes) }), edit),
      );
    let both = 0;
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const { own, theirs } = await ask(given);
        if (own.user !== undefined) {
          both += 1;
          expect(own.user).toEqual(theirs.user);
        } else if (theirs.user !== undefined) {
          expect(['unreadable', 'malformed', ...STRICTER], String(own.reason)).toContain(own.reason);
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
    expect(both).toBeGreaterThan(numRuns / 100);
  });
});
