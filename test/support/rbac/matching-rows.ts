import type { PolicyRule } from '../../../src/rbac/objects.ts';
import type { ResourceQuestion } from '../../../src/rbac/question.ts';

export const getPods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
export const pods: ResourceQuestion = { verb: 'get', group: '', resource: 'pods' };

/** What is matched, the rule and the question where they differ from these two, and whether they match. */
export const RESOURCE_ROWS: readonly (readonly [
  string,
  Partial<PolicyRule>,
  Partial<ResourceQuestion>,
  boolean,
])[] = [
  ['the verb to the letter', {}, {}, true],
  ['no other verb', {}, { verb: 'list' }, false],
  ['every verb by *', { verbs: ['*'] }, { verb: 'impersonate' }, true],
  ['no verb by a pattern', { verbs: ['get*'] }, {}, false],
  ['no verb in capitals', { verbs: ['Get'] }, {}, false],
  ['every group by *', { apiGroups: ['*'] }, { group: 'apps' }, true],
  ['no other group', {}, { group: 'apps' }, false],
  ['not the core group by its name', { apiGroups: ['core'] }, {}, false],
  ['no group with a version', { apiGroups: ['apps/v1'] }, { group: 'apps' }, false],
  ['every resource by *', { resources: ['*'] }, { resource: 'secrets' }, true],
  ['subresources by *, too', { resources: ['*'] }, { subresource: 'exec' }, true],
  ['no subresource by its resource', {}, { subresource: 'log' }, false],
  ['a subresource by both names', { resources: ['pods/log'] }, { subresource: 'log' }, true],
  ['no resource by its subresource', { resources: ['pods/log'] }, {}, false],
  ['a subresource of anything', { resources: ['*/scale'] }, { subresource: 'scale' }, true],
  ['no other subresource of anything', { resources: ['*/scale'] }, { subresource: 'status' }, false],
  ['nothing by a subresource of anything without one', { resources: ['*/scale'] }, {}, false],
  ['no subresources by pods/*', { resources: ['pods/*'] }, { subresource: 'log' }, false],
  ['pods/* where somebody asks for just that', { resources: ['pods/*'] }, { subresource: '*' }, true],
  ['no subresources by */*', { resources: ['*/*'] }, { subresource: 'log' }, false],
  ['no resource by a pattern', { resources: ['pods*'] }, {}, false],
  ['no resource in capitals', { resources: ['Pods'] }, {}, false],
  ['no short name', { resources: ['po'] }, {}, false],
  ['any name where none is named', {}, { name: 'db' }, true],
  ['the name', { resourceNames: ['db'] }, { name: 'db' }, true],
  ['no other name', { resourceNames: ['db'] }, { name: 'web' }, false],
  ['no request without a name where names are named', { resourceNames: ['db'] }, {}, false],
  ['a request without a name by an empty one', { resourceNames: [''] }, {}, true],
  ['no name by an empty one', { resourceNames: [''] }, { name: 'db' }, false],
  ['no name by *', { resourceNames: ['*'] }, { name: 'db' }, false],
  ['the name *', { resourceNames: ['*'] }, { name: '*' }, true],
];

/** A URL of a rule, the path of a request, and whether they match. */
export const URL_ROWS: readonly (readonly [string, string, boolean])[] = [
  ['*', '/healthz', true],
  ['/healthz', '/healthz', true],
  ['/healthz', '/healthz/etcd', false],
  ['/healthz/*', '/healthz/etcd', true],
  ['/healthz/*', '/healthz', false],
  ['/healthz*', '/healthzfoo', true],
  ['/api/**', '/api/v1', true],
  ['/a*/b', '/ax/b', false],
  ['/a*/b', '/a*/b', true],
  ['/Healthz', '/healthz', false],
];
