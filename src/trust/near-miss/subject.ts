import {
  isServiceAccountName,
  isServiceAccountSubject,
  parseSubject,
  type ServiceAccountName,
  toSubject,
} from '../../base/names/account.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { showPlain } from '../policy/problem.ts';
import type { NearMiss } from '../verdict.ts';
import { adviseValue, showWhole } from './advice.ts';
import { type FailedCondition, nearMiss } from './failed-condition.ts';

/** The condition is on `sub` and well-made, but for another ServiceAccount than the token's. */
export function findOtherServiceAccount(failed: FailedCondition): NearMiss | undefined {
  const { sub } = failed.request.token;
  const actual = isServiceAccountSubject(sub) ? parseSubject(sub) : undefined;
  if (failed.claim !== 'sub' || actual === undefined) return undefined;
  if (failed.report.expected.some((value) => isBare(value, actual))) {
    return nearMiss('spelling', `the token has it in full: ${adviseValue(failed, sub)}`);
  }
  const expected = failed.report.expected.flatMap((value) => parseSubject(value) ?? []);
  const [first] = expected;
  if (first === undefined) return undefined;
  const sameNamespace = expected.find(({ namespace }) => fits(namespace, actual.namespace));
  if (sameNamespace !== undefined) return tellOtherName(sameNamespace, actual);
  const sameName = expected.find(({ name }) => fits(name, actual.name));
  return nearMiss('other-namespace', tellOtherNamespace(sameName ?? first, actual));
}

/** `demo:s3-echoer`, `demo/s3-echoer`, `s3-echoer`: people's names for it, not the token's. */
function isBare(value: string, { namespace, name }: ServiceAccountName): boolean {
  return [`${namespace}:${name}`, `${namespace}/${name}`, name].includes(value);
}

function tellOtherName(expected: ServiceAccountName, actual: ServiceAccountName): NearMiss {
  const remedy =
    actual.name === 'default' && isServiceAccountName(expected)
      ? `the pod runs as the default ServiceAccount: set serviceAccountName: ${showPlain(expected.name)} in its spec`
      : `the pod runs as ${showPlain(actual.name)}, the role is for ${showPlain(expected.name)}: set the pod's serviceAccountName, or let this one in beside it, by ${showWhole(toSubject(actual))}`;
  return nearMiss('other-service-account', remedy);
}

function tellOtherNamespace(expected: ServiceAccountName, actual: ServiceAccountName): string {
  return `the pod is in namespace ${showPlain(actual.namespace)}, the role is for ${showPlain(expected.namespace)}: run it there, or let this one in beside it, by ${showWhole(toSubject(actual))}`;
}

function fits(pattern: string, text: string): boolean {
  return matchGlob(toGlob(pattern), text);
}
