import type { CallerIdentity } from '../aws/caller-identity.ts';
import { describeError } from '../base/errors.ts';
import type { Backend } from './backend.ts';
import type { AnyEntry, MappingEntry } from './entry.ts';
import { isSamePrincipal } from './entry-index.ts';
import type { BackendName, MappingDecision, MappingFailure, MappingOrigin } from './mapper.ts';
import { findReserved, renderUser } from './render.ts';
import { describeBadEntry } from './sections.ts';
import { needsNodeName } from './template.ts';

/** What deciding needs beside the backends. */
export interface ChainDeps {
  /** What no username of a backend may begin with. */
  readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
  /**
   * The private DNS name of an EC2 instance.
   * @throws Error that says in one line why there is none
   */
  readonly findNodeName: (instanceId: string) => Promise<string>;
}

type Decision = MappingDecision | Promise<MappingDecision>;

/**
 * What the backends say of a principal, in their order: of each its entries, then its accounts. The first that says
 * anything decides, also by saying that something is wrong.
 */
export function decideMapping(
  backends: readonly Backend[],
  identity: CallerIdentity,
  deps: ChainDeps,
): Decision {
  for (const backend of backends) {
    const found = backend.find(identity);
    const { name } = backend;
    if (found.kind === 'entry') return decideEntry(backend, found.entry, identity, deps);
    if (found.kind === 'account') return mapByAccount(name, identity, deps);
    if (found.kind === 'unknown') return fail('source-unknown', `${name}: ${found.problem}`);
  }
  return { kind: 'unmapped' };
}

/** The username is the ARN of the principal, and there are no groups. */
function mapByAccount(
  backend: BackendName,
  { canonicalArn }: CallerIdentity,
  deps: ChainDeps,
): MappingDecision {
  const origin = { backend, entry: 'mapAccounts' };
  const reserved = findReserved(canonicalArn, deps.reservedPrefixes.get(backend) ?? []);
  return reserved === undefined
    ? { kind: 'mapped', user: { username: canonicalArn, groups: [] }, origin }
    : fail(reserved.code, `${backend}: ${reserved.problem}`, origin);
}

function decideEntry(
  { name: backend, comparesArn }: Backend,
  entry: AnyEntry,
  identity: CallerIdentity,
  deps: ChainDeps,
): Decision {
  const origin = { backend, entry: entry.label };
  if (entry.kind === 'bad') return fail('bad-entry', `${backend}: ${describeBadEntry(entry)}`, origin);
  if (comparesArn && !isSamePrincipal(entry.principal, identity)) {
    const problem = 'its userid is that of the principal, its ARN is another: correct the one that is wrong';
    return fail('identity-mismatch', `${backend}: ${entry.label}: ${problem}`, origin);
  }
  const { reservedPrefixes } = deps;
  const finish = (nodeName: string): MappingDecision => {
    const reserved = reservedPrefixes.get(backend) ?? [];
    const rendering = renderUser({ entry, identity, nodeName, reservedPrefixes: reserved });
    return rendering.kind === 'rendered'
      ? { kind: 'mapped', user: rendering.user, origin }
      : fail(rendering.code, `${backend}: ${entry.label}: ${rendering.problem}`, origin);
  };
  return asksForNode(entry) ? finishWithNodeName({ identity, origin, finish }, deps) : finish('');
}

function asksForNode({ username, groups }: MappingEntry): boolean {
  return [username, ...groups].some(needsNodeName);
}

interface NodeMapping {
  readonly identity: CallerIdentity;
  readonly origin: MappingOrigin;
  readonly finish: (nodeName: string) => MappingDecision;
}

async function finishWithNodeName(
  { identity, origin, finish }: NodeMapping,
  { findNodeName }: ChainDeps,
): Promise<MappingDecision> {
  const refuse = (problem: string): MappingDecision =>
    fail('node-name-unknown', `${origin.backend}: ${origin.entry}: ${problem}`, origin);
  // EC2 names the session of an instance's role after the instance.
  if (!/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(identity.sessionName)) {
    return refuse('{{EC2PrivateDNSName}} is for instances, and the session is not named after one');
  }
  try {
    const nodeName = await findNodeName(identity.sessionName);
    return nodeName === '' ? refuse('the instance has no private DNS name') : finish(nodeName);
  } catch (error) {
    return refuse(describeError(error));
  }
}

function fail(code: MappingFailure, message: string, origin?: MappingOrigin): MappingDecision {
  return { kind: 'failed', code, message, origin };
}
