import { complain } from '../diagnostics.ts';
import type { Terminal } from '../surroundings.ts';
import type { FoundPerson } from './find-person.ts';

/** There is nobody to ask about. */
export type NotFound = Exclude<FoundPerson, { readonly kind: 'person' }>;

/** Whether it is not known if there is somebody: a cluster, or its mappings, did not tell. */
export function isUnknown(found: NotFound): boolean {
  if (found.kind === 'unknown-caller') return true;
  const { resolution } = found;
  return resolution.kind === 'failed' && resolution.code === 'source-unknown';
}

/** Says why there is nobody to ask about. @returns 1, or 3 where that is not known */
export function complainMissing(command: string, found: NotFound, terminal: Terminal): 1 | 3 {
  return complain(command, [toMissing(found)], terminal, isUnknown(found) ? 3 : 1);
}

/** Why, and what to do: one sentence. */
export function toMissing(found: NotFound): string {
  if (found.kind === 'unknown-caller')
    return 'the API server does not say whom it takes you for: it needs SelfSubjectReview (Kubernetes 1.28), or has no login from you: give --as, --sa or --arn';
  const { resolution } = found;
  if (resolution.kind !== 'failed')
    return 'the mappings make nobody of the principal: iam-bridge whoami --arn tells which entries are near';
  const { code, message } = resolution;
  return isUnknown(found)
    ? `the mappings are not known, so nobody can tell: ${message}`
    : `the mappings make nobody of the principal (${code}): ${message}`;
}
