import { describe, expect, test } from 'vitest';
import { matchesRule } from '../../src/rbac/match/rule.ts';
import { getPods, pods, RESOURCE_ROWS, URL_ROWS } from '../support/rbac/matching-rows.ts';

describe('a rule of resources', () => {
  test.each(RESOURCE_ROWS)('matches %s', (_, rule, question, expected) => {
    expect(matchesRule({ ...getPods, ...rule }, { ...pods, ...question })).toBe(expected);
  });

  test('matches no URL', () => {
    const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    expect(matchesRule(all, { verb: 'get', path: '/healthz' })).toBe(false);
  });
});

describe('a rule of URLs', () => {
  test.each(URL_ROWS)('%s and %s: %s', (url, path, expected) => {
    expect(matchesRule({ verbs: ['get'], nonResourceURLs: [url] }, { verb: 'get', path })).toBe(expected);
  });

  test('asks for the verb as well, and matches no resource', () => {
    const rule = { verbs: ['get'], nonResourceURLs: ['*'] };
    expect(matchesRule(rule, { verb: 'post', path: '/healthz' })).toBe(false);
    expect(matchesRule(rule, pods)).toBe(false);
  });
});
