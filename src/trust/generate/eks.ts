/** The region of an EKS cluster's issuer, `https://oidc.eks.<region>.amazonaws.com/id/<32 hex>`; undefined for others. */
export function findEksRegion(issuer: string): string | undefined {
  return /^https:\/\/oidc\.eks\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)\/id\/[0-9A-F]{32}$/.exec(
    issuer,
  )?.[1];
}
