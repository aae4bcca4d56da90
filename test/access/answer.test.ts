import { expect, test } from 'vitest';
import { answer } from '../../src/access/answer.ts';
import { SESSION_HOLE } from '../../src/access/holes.ts';
import { renderTemplate, toTemplateValues } from '../../src/mapping/template.ts';
import { toIndex } from '../support/access/sources.ts';
import { toRoleSession } from '../support/mapping/identities.ts';

const INDEX = toIndex(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: people, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: "dev:jane"}
- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "team-bob"}
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: "ops:jim"}
`);

const QUESTION = { verb: 'get', group: '', resource: 'pods', namespace: 'a' };

test('a name with a hole may be one that RBAC knows, and then the answer is for that session', () => {
  const identity = { user: `dev:${SESSION_HOLE}`, groups: [`team-${SESSION_HOLE}`] };
  const { allowed, named } = answer(INDEX, identity, QUESTION);
  expect(allowed).toBe(false);
  expect(named.map(({ session, identity: { user, groups } }) => [session, user, groups])).toEqual([
    ['jane', 'dev:jane', ['team-jane']],
    ['bob', 'dev:bob', ['team-bob']],
  ]);
});

test('where everybody may, no session is named', () => {
  const identity = { user: `dev:${SESSION_HOLE}`, groups: ['team-bob'] };
  expect(answer(INDEX, identity, QUESTION)).toMatchObject({ allowed: true, named: [] });
});

test('a name without a hole is decided as it is', () => {
  expect(answer(INDEX, { user: 'dev:*', groups: [] }, QUESTION)).toMatchObject({ allowed: false, named: [] });
});

test('a session gives no name that a mapping makes of none: no @ by SessionName, and no system group', () => {
  const index = toIndex(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: people}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: "dev:jane@example.com"}
- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "system:masters"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`);
  const render = (template: string) =>
    renderTemplate(template, toTemplateValues(toRoleSession('dev', { session: SESSION_HOLE }), ''));
  const sessions = (user: string, groups: readonly string[]) =>
    answer(index, { user: render(user), groups: groups.map(render) }, QUESTION).named.map(
      ({ session }) => session,
    );
  expect(sessions('dev:{{SessionName}}', [])).toEqual([]);
  expect(sessions('dev:{{SessionNameRaw}}', [])).toEqual(['jane@example.com']);
  expect(sessions('x', ['{{SessionName}}:masters'])).toEqual([]);
});
