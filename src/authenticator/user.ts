import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { MappedUser, MappingOrigin } from '../mapping/mapper.ts';

/** `UserInfo` of a TokenReview. */
export interface ReviewedUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The user as the Go program tells of it, its keys of `extra` included: RBAC, audit policies and impersonation rules name
 * them. Ours stand beside them.
 * @param scrubbed the account is one of which nothing is told but who the user is
 */
export function toReviewedUser(
  { username, groups }: MappedUser,
  identity: CallerIdentity,
  { origin, scrubbed }: { readonly origin: MappingOrigin; readonly scrubbed: boolean },
): ReviewedUser {
  if (scrubbed) return { username, uid: `aws-iam-authenticator:administrative:${username}`, groups };
  const { arn, canonicalArn, sessionName, accessKeyId, accountId, userId, partition } = identity;
  return {
    username,
    // Not the name: whoever is made anew under it is somebody else.
    uid: `aws-iam-authenticator:${accountId}:${userId}`,
    groups,
    extra: {
      arn: [arn],
      canonicalArn: [canonicalArn],
      sessionName: [sessionName],
      accessKeyId: [accessKeyId],
      principalId: [userId],
      'sigs.k8s.io/aws-iam-authenticator/principalId': [userId],
      'iam-bridge/partition': [partition],
      'iam-bridge/mapping': [`${origin.backend} ${origin.entry}`],
    },
  };
}
