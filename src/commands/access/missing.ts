import type { FoundPerson } from './find-person.ts';

/** Why there is nobody to ask about, and what to do: one sentence. */
export function toMissing(found: Exclude<FoundPerson, { readonly kind: 'person' }>): string {
  if (found.kind === 'unknown-caller')
    return 'the API server does not say whom it takes you for: it needs SelfSubjectReview (Kubernetes 1.28), or has no login from you: give --as, --sa or --arn';
  const { resolution } = found;
  return resolution.kind === 'failed'
    ? `the mappings make nobody of the principal (${resolution.code}): ${resolution.message}`
    : 'the mappings make nobody of the principal: iam-bridge whoami --arn tells which entries are near';
}
