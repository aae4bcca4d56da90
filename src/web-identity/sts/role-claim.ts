import { type JsonRecord, readMember } from '../../json/record.ts';

const CLAIM = 'https://aws.amazon.com/roles';

/**
 * Whether the issuer lets this token be used for the role: the claim is one ARN or a list of ARNs, exact, without
 * wildcards. STS enforces it before it looks at the role.
 * @returns undefined where the token has no such claim
 */
export function isRoleListed(claims: JsonRecord, roleArn: string): boolean | undefined {
  if (!Object.hasOwn(claims, CLAIM)) return undefined;
  const listed = readMember(claims, CLAIM);
  return Array.isArray(listed) ? listed.includes(roleArn) : listed === roleArn;
}
