import { describe, expect, test } from 'vitest';
import { readBackendNames } from '../../src/mapping/backend-names.ts';

describe('the modes of backends', () => {
  test('keep their order', () => {
    const { backends, problems, warnings } = readBackendNames([
      'CRD',
      'MountedFile',
      'DynamicFile',
      'EKSConfigMap',
    ]);
    expect(backends).toEqual(['CRD', 'MountedFile', 'DynamicFile', 'EKSConfigMap']);
    expect([...problems, ...warnings]).toEqual([]);
  });

  test('have names of old, with a warning', () => {
    const { backends, warnings } = readBackendNames(['File', 'ConfigMap']);
    expect(backends).toEqual(['MountedFile', 'EKSConfigMap']);
    expect(warnings).toEqual([
      'backend mode File is called MountedFile now',
      'backend mode ConfigMap is called EKSConfigMap now',
    ]);
  });

  test.each([
    [[], 'no backend mode is given: take at least one of MountedFile, EKSConfigMap, CRD, DynamicFile'],
    [['crd'], 'backend mode "crd" is unknown: did you mean CRD?'],
    [['Vault'], 'backend mode "Vault" is unknown: take MountedFile, EKSConfigMap, CRD, DynamicFile'],
    [[''], 'backend mode "" is unknown: take MountedFile, EKSConfigMap, CRD, DynamicFile'],
    [['__proto__'], 'backend mode "__proto__" is unknown: take MountedFile, EKSConfigMap, CRD, DynamicFile'],
    [['CRD', 'CRD'], 'a backend mode is given twice: each has one place in the order'],
    [['ConfigMap', 'EKSConfigMap'], 'a backend mode is given twice: each has one place in the order'],
  ])('%j: %s', (names, problem) => expect(readBackendNames(names).problems).toEqual([problem]));
});
