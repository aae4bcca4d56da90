import type { CallerIdentity } from '../../../src/aws/caller-identity.ts';
import { readAwsAuth } from '../../../src/mapping/aws-auth.ts';
import type { Backend } from '../../../src/mapping/backend.ts';
import { decideMapping } from '../../../src/mapping/chain.ts';
import type { MatchRules } from '../../../src/mapping/entry-index.ts';
import type { BackendName, MappingDecision } from '../../../src/mapping/mapper.ts';
import { createSectionLookup } from '../../../src/mapping/section-lookup.ts';
import { keepSections, NO_SECTIONS } from '../../../src/mapping/sections.ts';

export type AwsAuthData = Readonly<Record<string, string>>;

export const TYPED: MatchRules = { by: 'typed', permissionSets: true };

/** A backend that says what these texts of YAML say. */
export function toBackend(
  data: AwsAuthData,
  { name = 'EKSConfigMap' as BackendName, rules = TYPED } = {},
): Backend {
  const lookup = createSectionLookup(keepSections(NO_SECTIONS, readAwsAuth(data)), rules);
  return { name, find: lookup.find };
}

/** Node names: `i-` and 17 digits `…a` have one, of others EC2 knows nothing. */
export async function decide(
  backends: readonly Backend[],
  identity: CallerIdentity,
  reserved: Partial<Record<BackendName, readonly string[]>> = {},
): Promise<MappingDecision> {
  return await decideMapping(backends, identity, {
    reservedPrefixes: new Map(Object.entries(reserved)) as ReadonlyMap<BackendName, readonly string[]>,
    findNodeName: async (id) => {
      if (id.endsWith('a')) return `${id}.node.internal`;
      throw new Error(`EC2 knows no instance ${id}`);
    },
  });
}

/** `user|group,group`, or the code of a failure, or `unmapped`. */
export function toWords(decision: MappingDecision): string {
  if (decision.kind === 'unmapped') return 'unmapped';
  if (decision.kind === 'failed') return decision.code;
  return `${decision.user.username}|${decision.user.groups.join(',')}`;
}
