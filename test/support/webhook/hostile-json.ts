import fc from 'fast-check';

const MEMBERS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'apiVersion',
  'kind',
  'request',
  'uid',
  'namespace',
  'operation',
  'subResource',
  'object',
  'metadata',
  'labels',
  'annotations',
  'spec',
  'serviceAccountName',
  'volumes',
  'containers',
  'env',
  'name',
];

const SCALARS = ['null', 'true', '0', '1e999', '""', '"CREATE"', '"Pod"', '"web"', '"polluted"', '"\\ud800"'];

/** JSON text whose objects may have members twice and members named like parts of JavaScript's objects. */
export const hostileText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(...SCALARS),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...MEMBERS), tie('value')), { maxLength: 6 })
      .map((members) => renderMembers(members)),
  ),
})).value;

const POISON =
  '"__proto__":{"polluted":true,"env":[],"volumes":null},"constructor":{"prototype":{"polluted":true}}';

/**
 * A review of a pod that is to be mutated, poisoned at every level, with whatever members beside the good ones: in
 * front of them, where the good ones win, since the last of two members counts.
 */
export const poisonedReview: fc.Arbitrary<string> = fc
  .array(hostileText, { minLength: 5, maxLength: 5 })
  .map(([request, object, metadata, spec, container]) => {
    const containerText = `{"env":${container},"volumeMounts":null,${POISON},"name":"web","env":[{"name":"PATH",${POISON}}]}`;
    const specText = `{"volumes":${spec},"containers":[${containerText}],${POISON},"volumes":null,"serviceAccountName":"web"}`;
    const podText = `{"metadata":${metadata},"spec":${specText},${POISON},"metadata":{${POISON},"name":"web"}}`;
    const requestText = `{"operation":${request},"uid":"u","kind":{"kind":"Pod",${POISON}},"namespace":"shop",${POISON},"operation":"CREATE","object":${object},"object":${podText}}`;
    return `{"request":7,${POISON},"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":${requestText}}`;
  });

function renderMembers(members: readonly (readonly [key: string, value: string])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}
