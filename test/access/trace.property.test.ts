import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHole } from '../../src/access/holes.ts';
import { readPrincipal } from '../../src/access/principal.ts';
import { type Mappings, type Resolution, resolvePrincipal } from '../../src/access/resolve.ts';
import type { SubjectSource } from '../../src/access/subject-source.ts';
import { createTracer, type Tracer } from '../../src/access/trace.ts';
import type { Subject } from '../../src/rbac/objects.ts';
import {
  ACCOUNT,
  ARNS,
  anyCaller,
  anyWorld,
  type Caller,
  IDS,
  SUBJECTS,
  TEMPLATES,
  toCommand,
} from '../support/access/mapping-worlds.ts';

const RUNS = { numRuns: 120 };
const NAMES = [...new Set([...SUBJECTS, ...TEMPLATES, ...ARNS, `${ACCOUNT}:jane-jane`])].filter(Boolean);
const SUBJECT_LIST = NAMES.flatMap((name): readonly Subject[] => [
  { kind: 'User', name },
  { kind: 'Group', name },
]);

type Mapped = SubjectSource & { readonly kind: 'mapping' };

/** Both orders: a source that was first comes last. */
const anyOrder = fc.boolean();

async function toWorld(world: Parameters<typeof toCommand>[0], isTurned: boolean) {
  const { sources, ...rest } = await toCommand(world);
  const mappings: Mappings = { ...rest, sources: isTurned ? sources.toReversed() : sources };
  return { mappings, tracer: await createTracer({ mappings, accounts: [], isEks: false }) };
}

async function resolve(mappings: Mappings, arn: string, userId?: string): Promise<Resolution> {
  const reading = readPrincipal({ arn, ...(userId !== undefined && { userId }) });
  if (reading.kind === 'problem') throw new Error(`${arn}: ${reading.problem}`);
  return await resolvePrincipal(reading.principal, mappings);
}

function listMapped(tracer: Tracer, subject: Subject): readonly Mapped[] {
  return tracer.trace(subject).filter((source): source is Mapped => source.kind === 'mapping');
}

const toPlace = ({ source, entry }: { source: string; entry: string }): string => `${source} ${entry}`;

function readNames(resolution: Resolution, kind: Subject['kind']): readonly string[] {
  if (resolution.kind !== 'mapped') return [];
  return kind === 'User' ? [resolution.user.username] : resolution.user.groups;
}

/** A session that an entry names is one of all those that its role has. */
function toRoleArn(arn: string): string {
  return arn.replace(/:sts:(:\d+:)assumed-role\/(.*)\/[^/]+$/, ':iam:$1role/$2');
}

/** What could not be read may decide otherwise, which is said; a permission set has no one ARN. */
function isAboutOne({ entry, unless = [], never }: Mapped): boolean {
  return never === undefined && !entry.arn?.endsWith('*') && !unless.some((each) => 'source' in each);
}

/** @returns how many names are known whole */
async function expectForward(mappings: Mappings, subject: Subject, source: Mapped): Promise<number> {
  const { entry, userId, template, unless = [] } = source;
  const arn = toRoleArn(entry.arn ?? '');
  const resolution = await resolve(mappings, arn, userId);
  expect(resolution).toMatchObject({ kind: 'mapped', by: { source: entry.source, entry: entry.entry } });
  for (const exception of unless) {
    if (!('userId' in exception)) continue;
    const other = await resolve(mappings, arn, exception.userId);
    const by = other.kind === 'unmapped' ? undefined : other.by;
    expect(by && toPlace(by)).not.toBe(toPlace(entry));
  }
  if (template !== undefined) return 0;
  expect(readNames(resolution, subject.kind)).toContain(subject.name);
  return 1;
}

test('whoever is said to be a user or in a group gets it, by that very entry', async () => {
  let closed = 0;
  await fc.assert(
    fc.asyncProperty(anyWorld, anyOrder, async (world, isTurned) => {
      const { mappings, tracer } = await toWorld(world, isTurned);
      for (const subject of SUBJECT_LIST) {
        for (const source of listMapped(tracer, subject).filter(isAboutOne))
          closed += await expectForward(mappings, subject, source);
      }
    }),
    RUNS,
  );
  expect(closed).toBeGreaterThan(40);
});

function toWords(caller: Caller): { arn: string; userId: string } {
  return 'arn' in caller
    ? { arn: caller.arn, userId: 'AIDADEV' }
    : { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${caller.role}/${caller.session}`, userId: caller.id };
}

/** @returns how many names were there to be told */
function expectBack(tracer: Tracer, resolution: Resolution, kind: Subject['kind'], userId: string): number {
  const names = readNames(resolution, kind).filter((name) => name !== '' && !hasHole(name));
  const place = resolution.kind === 'mapped' ? toPlace(resolution.by) : '';
  for (const name of names) {
    const found = listMapped(tracer, { kind, name }).filter(({ entry }) => toPlace(entry) === place);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ never }) => never === undefined)).toBe(true);
    const excepted = found.flatMap(({ unless = [] }) => unless);
    expect(excepted).not.toContainEqual({ userId });
  }
  return names.length;
}

test('whoever is mapped to a user or a group is told of it, by the same entry', async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(anyWorld, anyOrder, anyCaller, async (world, isTurned, caller) => {
      const { mappings, tracer } = await toWorld(world, isTurned);
      const { arn, userId } = toWords(caller);
      const resolution = await resolve(mappings, arn, userId);
      for (const kind of ['User', 'Group'] as const) told += expectBack(tracer, resolution, kind, userId);
    }),
    { numRuns: 300 },
  );
  expect(told).toBeGreaterThan(25);
});

test('a unique id that an entry asks for is told', async () => {
  const world = {
    data: {
      mapRoles: JSON.stringify([
        { rolearn: `arn:aws:iam::${ACCOUNT}:role/dev`, groups: ['dev'] },
        { rolearn: `arn:aws:iam::${ACCOUNT}:role/team/dev`, userid: IDS[0], groups: ['dev', 'team'] },
      ]),
    },
    objects: [],
    permissionSets: false,
  };
  const { tracer } = await toWorld(world, false);
  expect(listMapped(tracer, { kind: 'Group', name: 'dev' })).toMatchObject([
    { entry: { entry: 'mapRoles[0]' }, unless: [{ userId: IDS[0] }] },
    { entry: { entry: 'mapRoles[1]' }, userId: IDS[0] },
  ]);
});
