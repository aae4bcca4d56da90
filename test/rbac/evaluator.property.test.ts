import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIndex, type RbacIndex } from '../../src/rbac/bindings-index.ts';
import { decide } from '../../src/rbac/decide.ts';
import { isBuiltinGrant } from '../../src/rbac/grant.ts';
import type { Identity } from '../../src/rbac/identity.ts';
import { parseDocuments } from '../../src/rbac/read/documents.ts';
import { readObjects } from '../../src/rbac/read/objects.ts';
import { listRights } from '../../src/rbac/rights.ts';
import { whoCan } from '../../src/rbac/who-can.ts';
import { anyIdentity, anyQuestion, anyWorld } from '../support/rbac/arbitrary.ts';
import type { Manifest } from '../support/rbac/manifests.ts';
import { allowsNaively } from '../support/rbac/naive.ts';

const RUNS = { numRuns: 300 };

/** A world is asked many things: most of them are refused. */
const manyQuestions = fc.array(fc.tuple(anyIdentity(), anyQuestion()), { minLength: 20, maxLength: 20 });

function indexOf(world: readonly Manifest[]): RbacIndex {
  const { objects, problems } = readObjects(world);
  expect(problems).toEqual([]);
  return createIndex(objects);
}

test('a second evaluator, written without an index, says the same', () => {
  fc.assert(
    fc.property(anyWorld(), manyQuestions, (world, questions) => {
      const index = indexOf(world);
      for (const [who, question] of questions) {
        expect(decide(index, who, question).allowed).toBe(allowsNaively(world, who, question));
      }
    }),
    RUNS,
  );
});

test('every grant that is told would do alone', () => {
  fc.assert(
    fc.property(anyWorld(), anyIdentity(), anyQuestion(), (world, who, question) => {
      for (const grant of decide(indexOf(world), who, question).because) {
        if (isBuiltinGrant(grant)) continue;
        const { kind, name, namespace } = grant.binding;
        const others = world.filter(
          (object) =>
            !String(object['kind']).endsWith('Binding') ||
            (object['kind'] === kind &&
              JSON.stringify(object['metadata']) ===
                JSON.stringify(namespace === undefined ? { name } : { namespace, name })),
        );
        const alone = { ...who, groups: who.groups.filter((group) => group !== 'system:masters') };
        expect(decide(indexOf(others), alone, question).allowed).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('a role or a binding that is added takes no right away, but for rules written into an aggregated role', () => {
  fc.assert(
    fc.property(anyWorld(), manyQuestions, fc.nat(), (objects, questions, at) => {
      const world = objects.map((object) =>
        object['aggregationRule'] === undefined ? object : { ...object, rules: [] },
      );
      const [more, fewer] = [indexOf(world), indexOf(world.toSpliced(at % world.length, 1))];
      for (const [who, question] of questions) {
        if (!decide(fewer, who, question).allowed) continue;
        expect(decide(more, who, question).allowed).toBe(true);
      }
    }),
    RUNS,
  );
});

test('the order of objects never matters, not even for what is told', () => {
  fc.assert(
    fc.property(
      anyWorld(),
      anyIdentity(),
      anyQuestion(),
      fc.infiniteStream(fc.nat()),
      (world, who, question, order) => {
        const shuffled = world
          .map((object) => ({ object, at: order.next().value ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ object }) => object);
        const [one, other] = [indexOf(world), indexOf(shuffled)];
        expect(decide(other, who, question)).toEqual(decide(one, who, question));
        expect(whoCan(other, question)).toEqual(whoCan(one, question));
        expect(listRights(other, who, 'everywhere')).toEqual(listRights(one, who, 'everywhere'));
      },
    ),
    { numRuns: 200 },
  );
});

test('who can is whoever is allowed', () => {
  fc.assert(
    fc.property(anyWorld(), anyQuestion(), anyIdentity(), (world, question, who) => {
      const index = indexOf(world);
      const unnamed = whoCan(index, question).subjects.filter(({ names }) => names === undefined);
      const isListed = unnamed.some(({ subject: { kind, name, namespace } }) =>
        kind === 'Group'
          ? who.groups.includes(name)
          : who.user === (kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`),
      );
      expect(isListed).toBe(decide(index, who, question).allowed);
    }),
    RUNS,
  );
});

test('what is listed is what is allowed', () => {
  fc.assert(
    fc.property(anyWorld(), anyQuestion(), anyIdentity(), (world, question, who) => {
      const index = indexOf(world);
      const noMaster: Identity = { ...who, groups: who.groups.filter((group) => group !== 'system:masters') };
      const namespace = 'namespace' in question ? question.namespace : undefined;
      const reach = namespace === undefined ? 'cluster' : { namespace };
      const { rights } = listRights(index, noMaster, reach);
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'r' },
        rules: rights.map(({ rule }) => rule),
      };
      const subjects = [{ kind: 'Group', name: 'all' }];
      const bound = {
        ...role,
        kind: 'ClusterRoleBinding',
        rules: undefined,
        roleRef: { kind: 'ClusterRole', name: 'r' },
        subjects,
      };
      const listed = decide(indexOf([role, bound]), { groups: ['all'] }, question).allowed;
      expect(listed).toBe(decide(index, noMaster, question).allowed);
    }),
    RUNS,
  );
});

test('a snapshot in JSON, in a List or as a stream reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld(), async (world) => {
      const whole = readObjects(world);
      const asList = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: world });
      expect(readObjects(await parseDocuments(asList))).toMatchObject({ objects: whole.objects });
      fc.pre(world.length > 0);
      const asStream = world.map((object) => JSON.stringify(object, null, 1)).join('\n');
      expect(readObjects(await parseDocuments(asStream))).toMatchObject({ objects: whole.objects });
    }),
    { numRuns: 200 },
  );
});
