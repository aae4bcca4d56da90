import { describe, expect, test } from 'vitest';
import { createRenderReview } from '../../src/authenticator/answer.ts';
import { REASONS, type Reason } from '../../src/authenticator/reasons.ts';
import { API_VERSIONS } from '../../src/authenticator/token-review.ts';

/** What an answer is, for each reason: `error` keeps kube-apiserver from remembering it. */
const ANSWERS: Readonly<Record<Reason, readonly [error: 'error' | 'none', goStatus: number]>> = {
  granted: ['none', 200],
  'review-malformed': ['error', 400],
  'audience-not-allowed': ['error', 403],
  'internal-error': ['error', 403],
  'token-too-large': ['none', 403],
  'not-an-iam-token': ['none', 403],
  'not-base64url': ['none', 403],
  'url-not-ascii': ['none', 403],
  'url-not-https': ['none', 403],
  'url-fragment': ['none', 403],
  'url-authority-malformed': ['none', 403],
  'url-path-not-root': ['none', 403],
  'query-malformed': ['none', 403],
  'parameter-twice': ['none', 403],
  'parameter-unknown': ['none', 403],
  'parameter-missing': ['none', 403],
  'action-not-allowed': ['none', 403],
  'version-not-allowed': ['none', 403],
  'algorithm-not-allowed': ['none', 403],
  'credential-malformed': ['none', 403],
  'signed-headers-not-allowed': ['none', 403],
  'signature-malformed': ['none', 403],
  'date-malformed': ['none', 403],
  'expires-out-of-range': ['none', 403],
  'session-token-empty': ['none', 403],
  'host-not-allowed': ['none', 403],
  'scope-region-mismatch': ['none', 403],
  'token-expired': ['none', 403],
  'token-not-yet-valid': ['error', 403],
  'signature-mismatch': ['none', 403],
  'credentials-expired': ['none', 403],
  'sts-signature-early': ['error', 403],
  'sts-key-unknown': ['error', 403],
  'sts-region-disabled': ['error', 403],
  'sts-throttled': ['error', 429],
  'sts-refused': ['error', 403],
  'sts-server-error': ['error', 403],
  'sts-timeout': ['error', 403],
  'sts-unreachable': ['error', 403],
  'sts-unreadable': ['error', 403],
  'sts-circuit-open': ['error', 403],
  'sts-busy': ['error', 403],
  'identity-unreadable': ['error', 403],
  'partition-mismatch': ['error', 403],
  unmapped: ['error', 403],
  'reserved-username': ['error', 403],
  'username-malformed': ['error', 403],
  'bad-entry': ['error', 403],
  'identity-mismatch': ['error', 403],
  'node-name-unknown': ['error', 403],
  'source-unknown': ['error', 403],
  'mapper-fault': ['error', 403],
};

const renderReview = createRenderReview(false);
const renderAsGoProgram = createRenderReview(true);
const USER = { username: 'jäne\u2028', uid: 'u', groups: ['g'], extra: { arn: ['a'] } };

test.each(Object.entries(ANSWERS) as [Reason, (typeof ANSWERS)[Reason]][])(
  '%s: %j',
  (reason, [error, status]) => {
    const user = reason === 'granted' ? USER : undefined;
    const decided = { reason, user, audiences: [] };
    const rendered = renderReview('authentication.k8s.io/v1', decided);
    const answer = JSON.parse(rendered.text);
    expect(answer.status.authenticated).toBe(reason === 'granted');
    expect(answer.status.error).toBe(error === 'error' ? `${reason}: ${REASONS[reason].meaning}` : undefined);
    expect(rendered.status).toBe(200);
    expect(renderAsGoProgram('authentication.k8s.io/v1', decided)).toEqual({ ...rendered, status });
    expect(rendered.headers['content-length']).toBe(Buffer.byteLength(rendered.text));
  },
);

describe('an answer', () => {
  test.each(API_VERSIONS)('is in the version that was asked: %s', (apiVersion) => {
    const { text } = renderReview(apiVersion, { reason: 'granted', user: USER, audiences: [] });
    expect(JSON.parse(text)).toEqual({
      apiVersion,
      kind: 'TokenReview',
      status: { authenticated: true, user: USER },
    });
    expect(text).toMatch(/^[ -~]+$/);
  });

  test('names the audiences that fit, and none where there is none', () => {
    const render = (audiences: readonly string[]) =>
      JSON.parse(renderReview('authentication.k8s.io/v1', { reason: 'granted', user: USER, audiences }).text)
        .status;
    expect(render(['a']).audiences).toEqual(['a']);
    expect(render([])).not.toHaveProperty('audiences');
  });
});
