import { describe, expect, test } from 'vitest';
import { findOwnToken } from '../../../src/webhook/plan/own-token.ts';
import type { Volume, VolumeMount } from '../../../src/webhook/pod.ts';

const VARIABLE = 'AWS_WEB_IDENTITY_TOKEN_FILE';
const AUDIENCE = { audience: 'sts.amazonaws.com' };

function project(path: string, audience: string | undefined = AUDIENCE.audience): Volume {
  return { name: 'own', projected: { sources: [{ serviceAccountToken: { audience, path } }] } };
}

function find(value: unknown, mounts: readonly VolumeMount[], volumes: readonly Volume[]): string {
  const env = [{ name: VARIABLE, value }];
  return findOwnToken({ env, volumeMounts: mounts }, VARIABLE, { volumes }, AUDIENCE).kind;
}

const AT_ID = [{ name: 'own', mountPath: '/id' }];

describe('a container has its token by hand', () => {
  test.each<[says: string, value: unknown, mounts: VolumeMount[], volume: Volume]>([
    ['where a projection has it', '/id/token', AT_ID, project('token')],
    ['in a folder of the projection', '/id/aws/token', AT_ID, project('aws/token')],
    ['below a mount path with a slash', '/id/token', [{ name: 'own', mountPath: '/id/' }], project('token')],
    ['by a path that is not clean', '/id//./token', AT_ID, project('token')],
    ['by a Windows path', 'C:\\id\\token', AT_ID, project('token')],
    ['where a Secret may have it', '/id/token', AT_ID, { name: 'own', projected: null }],
    [
      'where the file itself is mounted',
      '/id/token',
      [{ name: 'own', mountPath: '/id/token', subPath: 'jwt' }],
      project('jwt'),
    ],
    [
      'where a part of a volume is mounted',
      '/id/token',
      [{ name: 'own', mountPath: '/id', subPathExpr: '$(POD)' }],
      project('jwt'),
    ],
    ['where a variable stands in its path', '$(HOME)/token', [], project('jwt')],
  ])('%s', (_says, value, mounts, volume) => {
    expect(find(value, mounts, [volume])).toBe('complete');
  });

  test('where its variable comes from elsewhere', () => {
    const env = [{ name: VARIABLE, valueFrom: { configMapKeyRef: { name: 'aws', key: 'file' } } }];
    expect(findOwnToken({ env }, VARIABLE, {}, AUDIENCE).kind).toBe('complete');
  });

  test('where the last of two variables says so', () => {
    const env = [
      { name: VARIABLE, value: '/gone/token' },
      { name: VARIABLE, value: '/id/token' },
    ];
    const container = { env, volumeMounts: AT_ID };
    expect(findOwnToken(container, VARIABLE, { volumes: [project('token')] }, AUDIENCE).kind).toBe(
      'complete',
    );
  });
});

describe('a container has no token by hand', () => {
  test.each<[says: string, value: unknown, mounts: VolumeMount[], volumes: Volume[]]>([
    ['where the variable is empty', '', AT_ID, [project('token')]],
    ['where the variable has no value', undefined, AT_ID, [project('token')]],
    ['where the projection has another file', '/id/token', AT_ID, [project('jwt')]],
    ['where nothing is mounted', '/id/token', [], [project('token')]],
    ['where a neighbour of its folder is mounted', '/identity/token', AT_ID, [project('token')]],
    ['where the mount has no volume', '/id/token', AT_ID, []],
    ['where the folder is the file', '/id', AT_ID, [project('token')]],
    [
      'where an inner mount hides it',
      '/id/aws/token',
      [...AT_ID, { name: 'inner', mountPath: '/id/aws' }],
      [project('aws/token'), { name: 'inner', projected: { sources: [] } }],
    ],
    ['where sources are no list', '/id/token', AT_ID, [{ name: 'own', projected: { sources: 'token' } }]],
  ])('%s', (_says, value, mounts, volumes) => {
    expect(find(value, mounts, volumes)).toBe('none');
  });
});

test('a token for another audience is named with its volume', () => {
  for (const audience of ['vault', '']) {
    expect(
      findOwnToken(
        { env: [{ name: VARIABLE, value: '/id/token' }], volumeMounts: AT_ID },
        VARIABLE,
        { volumes: [project('token', audience)] },
        AUDIENCE,
      ),
    ).toEqual({ kind: 'other-audience', volume: 'own' });
  }
});
