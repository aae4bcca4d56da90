import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHole, toNamePattern, toSession } from '../../src/access/holes.ts';
import { fillHoles, type NamePattern } from '../../src/access/name-pattern.ts';
import { readPrincipal } from '../../src/access/principal.ts';
import { type Resolution, resolvePrincipal } from '../../src/access/resolve.ts';
import { toCallerIdentity } from '../../src/aws/caller-identity.ts';
import { createAwsAuthReader } from '../../src/mapping/aws-auth.ts';
import type { Backend } from '../../src/mapping/backend.ts';
import { decideMapping } from '../../src/mapping/chain.ts';
import { createIdentityMappingStore, readIdentityMapping } from '../../src/mapping/identity-mappings.ts';
import type { MappingDecision } from '../../src/mapping/mapper.ts';
import { createSectionStore } from '../../src/mapping/section-store.ts';
import {
  ACCOUNT,
  anyCaller,
  anyWorld,
  type Caller,
  SESSIONS,
  SUBJECTS,
  toCommand,
  type World,
} from '../support/access/mapping-worlds.ts';

/** The backends of the server, as its watches fill them. */
function toServer({ data, objects, permissionSets }: World): readonly Backend[] {
  const rules = { by: 'typed', permissionSets } as const;
  const awsAuth = createSectionStore({ backend: 'EKSConfigMap', rules, report: () => {} });
  awsAuth.take(createAwsAuthReader()(data));
  const store = createIdentityMappingStore(() => {});
  store.listing();
  objects.forEach((spec, at) => {
    const name = `m${at}`;
    store.set({ metadata: { name, resourceVersion: '1' }, entry: readIdentityMapping(name, { spec }) });
  });
  store.listed();
  return [
    { name: 'EKSConfigMap', find: awsAuth.find },
    { name: 'CRD', find: store.find },
  ];
}

async function askServer(world: World, caller: Caller): Promise<MappingDecision> {
  const told =
    'arn' in caller
      ? { account: ACCOUNT, arn: caller.arn, userId: 'AIDADEV' }
      : {
          account: ACCOUNT,
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${caller.role}/${caller.session}`,
          userId: `${caller.id}:${caller.session}`,
        };
  const identity = toCallerIdentity(told);
  if ('problem' in identity) throw new Error(identity.problem);
  const findNodeName = async (): Promise<string> => 'ip-10-0-0-1.ec2.internal';
  return await decideMapping(toServer(world), identity, { reservedPrefixes: new Map(), findNodeName });
}

async function askCommand(world: World, caller: Caller, session?: string): Promise<Resolution> {
  const words =
    'arn' in caller
      ? { arn: caller.arn, userId: 'AIDADEV' }
      : { arn: `arn:aws:iam::${ACCOUNT}:role/${caller.path}${caller.role}`, session, userId: caller.id };
  const reading = readPrincipal(words);
  if (reading.kind === 'problem') throw new Error(reading.problem);
  return await resolvePrincipal(reading.principal, await toCommand(world));
}

const RUNS = { numRuns: 120 };

test('whoever a mapping makes of a principal, the authenticator makes, too, by the same entry', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, anyCaller, async (world, caller) => {
      const server = await askServer(world, caller);
      const command = await askCommand(world, caller, 'arn' in caller ? undefined : caller.session);
      expect(command.kind).toBe(server.kind);
      if (server.kind === 'failed' && command.kind === 'failed') {
        expect([command.code, command.message]).toEqual([server.code, server.message]);
      }
      if (server.kind !== 'mapped' || command.kind !== 'mapped') return;
      expect([command.by.backend, command.by.entry]).toEqual([server.origin.backend, server.origin.entry]);
      const names = ({ username, groups }: typeof server.user) => [username, ...groups];
      names(command.user).forEach((name, at) => {
        // EC2 alone knows the name of a node.
        const real = names(server.user)[at] ?? '';
        if (hasHole(name)) expect(fillHoles(toNamePattern('User', name), real)).toBeDefined();
        else expect(name).toBe(real);
      });
    }),
    RUNS,
  );
});

type Ask = (session: string) => Promise<MappingDecision>;

/** @param patterns what the names can become, the username before the groups */
async function expectEveryName(patterns: readonly NamePattern[], ask: Ask): Promise<void> {
  for (const session of SESSIONS) {
    const server = await ask(session);
    if (server.kind !== 'mapped') continue;
    const names = [server.user.username, ...server.user.groups];
    const unforeseen = names.filter((name, at) => {
      const pattern = patterns[at];
      return pattern === undefined || fillHoles(pattern, name) === undefined;
    });
    expect(unforeseen).toEqual([]);
  }
}

async function expectNoOtherName(pattern: NamePattern, at: number, ask: Ask): Promise<void> {
  for (const subject of SUBJECTS) {
    const session = toSession(fillHoles(pattern, subject) ?? {}) ?? '';
    const server = SESSIONS.includes(session) ? await ask(session) : undefined;
    if (server?.kind === 'mapped') expect([server.user.username, ...server.user.groups][at]).toBe(subject);
  }
}

test('a name that is open is each name that a session has, and none that no session has', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, anyCaller, async (world, caller) => {
      if ('arn' in caller) return;
      const open = await askCommand(world, caller);
      const ask: Ask = (session) => askServer(world, { ...caller, session });
      const { username, groups } = open.kind === 'mapped' ? open.user : { username: '', groups: [] };
      const patterns =
        open.kind === 'mapped' ? [username, ...groups].map((name) => toNamePattern('User', name)) : [];
      await expectEveryName(patterns, ask);
      for (const [at, pattern] of patterns.entries()) await expectNoOtherName(pattern, at, ask);
    }),
    RUNS,
  );
});
