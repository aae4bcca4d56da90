/** What a request has of a condition key. `token`: where the token says so; `unknown`: only AWS knows. */
export type Availability = 'always' | 'never' | 'token' | 'unknown';

/** How a request reaches STS: the two ways give it different keys. */
export type Route = 'internet' | 'endpoint';

/** A condition key of AWS, and whether a request of AssumeRoleWithWebIdentity has it on either way. */
export type KeyRow = Readonly<Record<Route, Availability>> & {
  /** One that ends in a slash stands for all that go on after it with the name of a tag. */
  readonly key: string;
};

function rows(internet: Availability, endpoint: Availability, keys: readonly string[]): readonly KeyRow[] {
  return keys.map((key) => ({ key, internet, endpoint }));
}

/**
 * All that is known of the keys of AWS; those of the token's issuer are `CLAIM_KEYS`.
 * Source: IAM user guide, "AWS global condition context keys" and "IAM and AWS STS condition context keys".
 */
export const KEY_ROWS: readonly KeyRow[] = [
  ...rows('always', 'always', ['aws:CurrentTime', 'aws:EpochTime', 'aws:FederatedProvider']),
  ...rows('always', 'always', ['aws:SecureTransport', 'sts:RoleSessionName']),
  ...rows('always', 'never', ['aws:SourceIp']),
  ...rows('never', 'always', ['aws:SourceVpc', 'aws:SourceVpce', 'aws:VpcSourceIp']),
  // Which services' endpoints add these, AWS changes from time to time.
  ...rows('never', 'unknown', ['aws:SourceVpcArn', 'aws:VpceAccount', 'aws:VpceOrgID', 'aws:VpceOrgPaths']),
  ...rows('token', 'token', ['aws:TagKeys', 'aws:RequestTag/', 'sts:TransitiveTagKeys']),
  ...rows('token', 'token', ['sts:RoleAuthorizedByIdp', 'sts:SourceIdentity']),
  // The request is not signed, and no service makes it for somebody.
  ...rows('never', 'never', ['aws:CalledVia', 'aws:CalledViaFirst', 'aws:CalledViaLast']),
  ...rows('never', 'never', ['aws:Ec2InstanceSourcePrivateIPv4', 'aws:Ec2InstanceSourceVpc']),
  ...rows('never', 'never', ['aws:MultiFactorAuthAge', 'aws:MultiFactorAuthPresent', 'aws:TokenIssueTime']),
  ...rows('never', 'never', ['aws:PrincipalServiceName', 'aws:PrincipalServiceNamesList']),
  ...rows('never', 'never', ['aws:SourceAccount', 'aws:SourceArn', 'aws:SourceOrgID', 'aws:SourceOrgPaths']),
  ...rows('never', 'never', ['sts:AWSServiceName', 'sts:ExternalId']),
  ...rows('unknown', 'unknown', ['aws:ChatbotSourceArn', 'aws:PrincipalIsAWSService', 'aws:ViaAWSService']),
  ...rows('unknown', 'unknown', ['aws:PrincipalAccount', 'aws:PrincipalArn', 'aws:PrincipalType']),
  ...rows('unknown', 'unknown', ['aws:PrincipalOrgID', 'aws:PrincipalOrgPaths', 'aws:PrincipalTag/']),
  ...rows('unknown', 'unknown', ['aws:ResourceAccount', 'aws:ResourceOrgID', 'aws:ResourceOrgPaths']),
  ...rows('unknown', 'unknown', ['aws:ResourceTag/', 'iam:ResourceTag/', 'sts:DurationSeconds']),
  ...rows('unknown', 'unknown', ['aws:Referer', 'aws:RequestedRegion', 'aws:UserAgent']),
  ...rows('unknown', 'unknown', ['aws:userid', 'aws:username']),
];

const BY_NAME: ReadonlyMap<string, KeyRow> = new Map(KEY_ROWS.map((row) => [row.key.toLowerCase(), row]));

/** The row of a key, whose case does not count; undefined: none of AWS's. */
export function findKeyRow(key: string): KeyRow | undefined {
  const name = key.toLowerCase();
  const family = name.slice(0, name.indexOf('/') + 1);
  return BY_NAME.get(name) ?? (family === '' || family === name ? undefined : BY_NAME.get(family));
}

/** What STS makes keys of for an OIDC provider that it has no special knowledge of; no other claim is one. */
export const CLAIM_KEYS: readonly string[] = ['sub', 'aud', 'oaud', 'amr', 'email'];
