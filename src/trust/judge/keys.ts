/**
 * Condition keys that every service knows, by what a request of AssumeRoleWithWebIdentity has of them.
 * Source: IAM user guide, "AWS global condition context keys" and "IAM and AWS STS condition context keys".
 */

/** It is not signed and no service makes it for somebody, so that these are not there. */
export const NEVER_SET: readonly string[] = [
  'aws:CalledVia',
  'aws:CalledViaFirst',
  'aws:CalledViaLast',
  'aws:Ec2InstanceSourcePrivateIPv4',
  'aws:Ec2InstanceSourceVpc',
  'aws:MultiFactorAuthAge',
  'aws:MultiFactorAuthPresent',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:TokenIssueTime',
  'sts:AWSServiceName',
  'sts:ExternalId',
];

/** AWS alone knows these, or does not document whether they are there. */
export const UNKNOWN: readonly string[] = [
  'aws:ChatbotSourceArn',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalType',
  'aws:Referer',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:ResourceOrgID',
  'aws:ResourceOrgPaths',
  'aws:SourceVpcArn',
  'aws:UserAgent',
  'aws:ViaAWSService',
  'aws:VpceAccount',
  'aws:VpceOrgID',
  'aws:VpceOrgPaths',
  'aws:userid',
  'aws:username',
];

/** The same, for keys that go on after the slash with the name of a tag. */
export const UNKNOWN_FAMILIES: readonly string[] = [
  'aws:PrincipalTag/',
  'aws:ResourceTag/',
  'iam:ResourceTag/',
];

/** Keys whose values are in the request itself (`context.ts`); they may be absent from one. */
export const OF_THE_REQUEST: readonly string[] = [
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:FederatedProvider',
  'aws:SecureTransport',
  'aws:SourceIp',
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:TagKeys',
  'aws:VpcSourceIp',
  'sts:DurationSeconds',
  'sts:RoleAuthorizedByIdp',
  'sts:RoleSessionName',
  'sts:SourceIdentity',
  'sts:TransitiveTagKeys',
];

/** What STS makes keys of for an OIDC provider that it has no special knowledge of; no other claim is one. */
export const CLAIM_KEYS: readonly string[] = ['sub', 'aud', 'oaud', 'amr', 'email'];
