/** Audiences that people write for STS's, `sts.amazonaws.com`. */
export const ALMOST_STS: ReadonlySet<string> = new Set([
  'https://sts.amazonaws.com',
  'sts.amazon.com',
  'sts.amazonaws.com/',
  'sts.aws.amazon.com',
  'sts.aws.com',
]);
