import { randomBytes } from 'node:crypto';
import { renderTimestamp } from '../../../src/aws/sigv4/timestamp.ts';
import { toReview } from '../../support/authenticator/bed.ts';
import { toToken, toUrl } from '../../support/authenticator/tokens.ts';

/** As long as those that STS hands out. */
const SESSION_TOKEN = encodeURIComponent(randomBytes(270).toString('base64'));

/** A well-formed token of now; the STS of the bench lets in every one. */
export function makeToken(): string {
  const timestamp = renderTimestamp(Date.now());
  return toToken(
    toUrl({
      'X-Amz-Credential': `ASIABENCHBENCHBENCH0%2F${timestamp.slice(0, 8)}%2Fus-west-2%2Fsts%2Faws4_request`,
      'X-Amz-Date': timestamp,
      'X-Amz-Security-Token': SESSION_TOKEN,
      'X-Amz-Signature': randomBytes(32).toString('hex'),
    }),
  );
}

/** What every API server hands over: tokens of ServiceAccounts whose key is gone, of other issuers, of nobody. */
function makeJunk(): string {
  const part = (length: number): string => randomBytes(length).toString('base64url');
  return `${part(60)}.${part(400)}.${part(256)}`;
}

export const KINDS = ['repeated', 'distinct', 'junk'] as const;
export type Kind = (typeof KINDS)[number];

/** Bodies, one a line. @param count of distinct ones: more than are sent while a word of STS is kept */
export function makeBodies(kind: Kind, count: number): string {
  const make = kind === 'junk' ? makeJunk : makeToken;
  const length = kind === 'repeated' ? 1 : kind === 'junk' ? 500 : count;
  return Array.from({ length }, () => `${toReview(make(), { version: 'v1beta1' })}\n`).join('');
}
