import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/trust/judge/context.ts';
import { KEY_ROWS } from '../../src/trust/judge/keys.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import { KEY, request } from '../support/trust/base.ts';

const unknown = { sourceIp: 'unknown', sourceVpc: 'unknown', sourceVpce: 'unknown' } as const;
const routes = {
  internet: { ...unknown, sourceIp: '198.51.100.7' },
  'internet, by what is absent': { ...unknown, sourceVpce: 'absent' },
  endpoint: { ...unknown, sourceVpce: 'vpce-0a1b' },
  'endpoint, by its VPC': { ...unknown, sourceVpc: 'vpc-0a1b' },
  'endpoint, by what is absent': { ...unknown, sourceIp: 'absent' },
  unknown,
} as const satisfies Record<string, Partial<TrustRequest>>;

const find = (route: keyof typeof routes, key: string, changes: Partial<TrustRequest> = {}): string =>
  createContext(request({ ...routes[route], ...changes })).find(key).kind;

describe('whether a request has a key depends on how it came', () => {
  test.each([
    ['aws:SourceIp', 'values', 'absent', 'unknown'],
    ['aws:SourceVpce', 'absent', 'values', 'unknown'],
    ['aws:SourceVpc', 'absent', 'unknown', 'unknown'],
    ['aws:SourceVpcArn', 'absent', 'unknown', 'unknown'],
    ['aws:VpcSourceIp', 'absent', 'unknown', 'unknown'],
    ['aws:VpceAccount', 'absent', 'unknown', 'unknown'],
    ['aws:VpceOrgID', 'absent', 'unknown', 'unknown'],
    ['aws:VpceOrgPaths', 'absent', 'unknown', 'unknown'],
    ['AWS:SOURCEVPCARN', 'absent', 'unknown', 'unknown'],
    ['aws:CurrentTime', 'values', 'values', 'values'],
    ['aws:PrincipalTag/team', 'unknown', 'unknown', 'unknown'],
    ['sts:ExternalId', 'absent', 'absent', 'absent'],
    ['aws:Source', 'absent', 'absent', 'absent'],
    ['aws:RequestTag/', 'absent', 'absent', 'absent'],
  ])('%s', (key, internet, endpoint, either) => {
    expect([find('internet', key), find('endpoint', key), find('unknown', key)]).toEqual([
      internet,
      endpoint,
      either,
    ]);
  });

  test('and one fact of the connection tells all others', () => {
    for (const key of KEY_ROWS.filter((row) => row.internet !== row.endpoint).map((row) => row.key)) {
      const isOfEndpoint = key !== 'aws:SourceIp';
      expect(find('internet, by what is absent', key) === 'absent').toBe(isOfEndpoint);
      for (const route of ['endpoint, by its VPC', 'endpoint, by what is absent'] as const)
        expect(find(route, key) === 'absent').toBe(!isOfEndpoint);
    }
  });
});

describe('whether a request has a key of a token depends on the token', () => {
  const tags = { sessionTags: { Team: 'red' }, transitiveTagKeys: ['Team'] };
  test.each([
    ['aws:TagKeys', tags],
    ['aws:RequestTag/team', tags],
    ['sts:TransitiveTagKeys', tags],
    ['sts:SourceIdentity', { sourceIdentity: 'alice' }],
    ['sts:RoleAuthorizedByIdp', { authorizedByIdp: true }],
  ])('%s', (key, changes) => {
    for (const route of Object.keys(routes) as (keyof typeof routes)[]) {
      expect(find(route, key)).toBe('absent');
      expect(find(route, key, changes)).toBe('values');
    }
  });

  test('and the claims of its issuer, of which AWS’s table knows nothing', () => {
    expect([`${KEY}:sub`, `${KEY}:oaud`, `${KEY}:email`].map((key) => find('unknown', key))).toEqual([
      'values',
      'values',
      'absent',
    ]);
  });
});

test('docs/trust.md has the table', () => {
  const page = readFileSync(new URL('../../docs/trust.md', import.meta.url), 'utf8');
  const words = { always: 'yes', never: 'no', token: 'where the token says so', unknown: 'AWS knows' };
  const missing = KEY_ROWS.filter(({ key, internet, endpoint }) => {
    const cells = ` | ${words[internet]} | ${words[endpoint]} |`;
    const name = key.endsWith('/') ? `${key}…` : key;
    return !page.split('\n').some((line) => line.includes(`\`${name}\``) && line.endsWith(cells));
  });
  expect(missing).toEqual([]);
});
