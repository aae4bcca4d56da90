import { measureDistance } from '../../base/edit-distance.ts';

/** What tokens for STS have, in every partition and region. */
export const STS_AUDIENCE = 'sts.amazonaws.com';

/** Names of others that are near: the audience of EKS Pod Identity's tokens, and what people call STS. */
const MISTAKEN: ReadonlySet<string> = new Set([
  'pods.eks.amazonaws.com',
  'eks.amazonaws.com',
  'sts.amazon.com',
  'sts.aws.amazon.com',
  'sts.aws.com',
]);

/** Whether people write this audience for STS's: with a scheme, a slash, capitals, a region, the suffix of a partition. */
export function isAlmostSts(audience: string): boolean {
  if (audience === STS_AUDIENCE) return false;
  const bare = audience
    .toLowerCase()
    .replace(/^https?:\/*/, '')
    .replace(/[/.]+$/, '')
    .replace(/\.(?:amazonaws\.com\.cn|api\.aws|api\.amazonwebservices\.com\.cn)$/, '.amazonaws.com')
    .replace(/^sts(?:-fips)?\.[a-z]{2,4}(?:-[a-z]+)+-[0-9]\./, 'sts.');
  return bare === STS_AUDIENCE || MISTAKEN.has(bare) || measureDistance(bare, STS_AUDIENCE) <= 2;
}
