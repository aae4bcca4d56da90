import {
  type Person,
  toAccountPerson,
  toCallerPerson,
  toImpersonatedPerson,
  toMappedPerson,
} from '../../access/person.ts';
import { type Principal, readPrincipal } from '../../access/principal.ts';
import type { Resolution } from '../../access/resolve.ts';
import { type ReviewedUser, reviewSelf } from '../../kube/reviews.ts';
import type { AccessFacts } from './facts.ts';
import type { Who } from './request.ts';

/** Who somebody is to the cluster. */
export type FoundPerson =
  | {
      readonly kind: 'person';
      readonly person: Person;
      readonly principal?: Principal;
      readonly resolution?: Resolution;
    }
  /** The mappings make nobody of the principal, or nobody knows whom. */
  | {
      readonly kind: 'nobody';
      readonly principal: Principal;
      readonly resolution: Exclude<Resolution, { readonly kind: 'mapped' }>;
    }
  /** The API server does not say whom it takes the caller for. */
  | { readonly kind: 'unknown-caller' };

export async function findPerson(who: Who, facts: AccessFacts): Promise<FoundPerson> {
  switch (who.kind) {
    case 'as':
      return { kind: 'person', person: toImpersonatedPerson(who.user, who.groups) };
    case 'account':
      return { kind: 'person', person: toAccountPerson(who.namespace, who.name) };
    case 'principal':
      return await findMapped(who.principal, facts);
    case 'self':
      return await findCaller(facts);
  }
}

async function findMapped(principal: Principal, { mappings }: AccessFacts): Promise<FoundPerson> {
  const { resolvePrincipal } = await import('../../access/resolve.ts');
  const resolution = await resolvePrincipal(principal, mappings);
  return resolution.kind === 'mapped'
    ? { kind: 'person', person: toMappedPerson(principal, resolution), principal, resolution }
    : { kind: 'nobody', principal, resolution };
}

async function findCaller(facts: AccessFacts): Promise<FoundPerson> {
  const caller = facts.api && (await reviewSelf(facts.api));
  if (caller === undefined) return { kind: 'unknown-caller' };
  const principal = readCallerPrincipal(caller);
  if (principal === undefined) return { kind: 'person', person: toCallerPerson(caller, undefined) };
  const found = await findMapped(principal, facts);
  if (found.kind !== 'person') {
    const resolution = found.kind === 'nobody' ? found.resolution : undefined;
    return {
      kind: 'person',
      person: toCallerPerson(caller, undefined),
      principal,
      ...(resolution && { resolution }),
    };
  }
  // Another name than the mappings give comes from elsewhere: an access entry of EKS, or mappings that have changed since.
  const isSame = found.person.identity.user === caller.username;
  return {
    kind: 'person',
    person: toCallerPerson(caller, isSame ? found.person : undefined),
    principal,
    ...(found.resolution && { resolution: found.resolution }),
  };
}

/** The authenticator tells whom it knows in `extra`; so nobody at AWS has to be asked. */
function readCallerPrincipal({ extra }: ReviewedUser): Principal | undefined {
  const arn = extra.get('arn')?.[0] ?? extra.get('canonicalArn')?.[0];
  if (arn === undefined) return undefined;
  const userId = extra.get('principalId')?.[0];
  const reading = readPrincipal({ arn, ...(userId !== undefined && { userId }) });
  return reading.kind === 'principal' ? reading.principal : undefined;
}
