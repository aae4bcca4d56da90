/** What an issuer's condition keys begin with, and the name of its provider: the URL without `https://`, nothing else. */
export function toConditionPrefix(issuerUrl: string): string {
  return issuerUrl.startsWith('https://') ? issuerUrl.slice('https://'.length) : issuerUrl;
}

/**
 * The ARN that IAM gives to the OIDC provider of an issuer.
 * @param issuerUrl `https://host/path`, character by character as the token's `iss`: a slash at its end stays
 * @param accountId 12 digits
 */
export function toProviderArn(issuerUrl: string, accountId: string, partition: string = 'aws'): string {
  return `arn:${partition}:iam::${accountId}:oidc-provider/${toConditionPrefix(issuerUrl)}`;
}

/** Whether two providers differ in what people mistype only: slashes, capitals, a scheme that was left in. */
export function isAlikeProvider(left: string, right: string): boolean {
  const strip = (prefix: string): string =>
    prefix
      .toLowerCase()
      .replace(/^https?:/, '')
      .split('/')
      .filter((part) => part !== '')
      .join('/');
  return strip(left) === strip(right);
}
