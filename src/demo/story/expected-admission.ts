import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../json/record.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';
import type { Decision } from '../report.ts';

const VOLUME = 'aws-iam-token';
const TOKEN_FOLDER = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const VARIABLES = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;

/** What should come of a pod. */
export interface ExpectedAdmission {
  readonly reason: string;
  /** The role that each container should have; undefined: nothing of the pod should change. */
  readonly roleArn?: string;
  /** Of the token, with a role; `sts.amazonaws.com` unless told. */
  readonly audience?: string;
  /** How the one warning should begin; undefined: there should be none. */
  readonly warning?: string;
}

/**
 * Compares what came with what should have come. It looks at the pod itself: a decision that says so, and a pod that
 * has not got it, is the very fault to find.
 * @returns sentences; none: all is well
 */
export function checkAdmission(decision: Decision, pod: Manifest, expected: ExpectedAdmission): string[] {
  const problems: string[] = [];
  if (!decision.allowed) problems.push('the pod was denied');
  if (decision.reason !== expected.reason) {
    problems.push(`the reason is ${decision.reason || 'missing'}, and should be ${expected.reason}`);
  }
  problems.push(...checkWarnings(decision.warnings, expected.warning));
  const { roleArn, audience = 'sts.amazonaws.com' } = expected;
  problems.push(...(roleArn === undefined ? checkUntouched(pod) : checkInjected(pod, roleArn, audience)));
  return problems;
}

function checkWarnings(warnings: readonly string[], expected: string | undefined): string[] {
  const unexpected = warnings.filter((text) => expected === undefined || !text.startsWith(expected));
  const problems = unexpected.map((text) => `there is an unexpected warning: ${text}`);
  if (expected !== undefined && unexpected.length === warnings.length) {
    problems.push(`a warning is missing: ${expected}…`);
  }
  return problems;
}

function checkInjected(pod: Manifest, roleArn: string, audience: string): string[] {
  const problems = listContainers(pod).flatMap((container) => {
    const [role, file] = VARIABLES.map((name) => findNamed(container['env'], name)?.['value']);
    const missing: string[] = [];
    if (role !== roleArn) missing.push(`AWS_ROLE_ARN of ${roleArn}`);
    if (file !== `${TOKEN_FOLDER}/token`) missing.push('AWS_WEB_IDENTITY_TOKEN_FILE');
    const mount = findNamed(container['volumeMounts'], VOLUME);
    if (mount?.['mountPath'] !== TOKEN_FOLDER || mount['readOnly'] !== true) missing.push('the token mount');
    return missing.map((what) => `container ${container['name']} has not got ${what}`);
  });
  const volume = findNamed(toSpec(pod)['volumes'], VOLUME);
  if (!isDeepStrictEqual(readAudiences(volume), [audience])) {
    problems.push(`the pod has no volume ${VOLUME} with a token for ${audience}`);
  }
  return problems;
}

function checkUntouched(pod: Manifest): string[] {
  const volume = findNamed(toSpec(pod)['volumes'], VOLUME);
  const variable = listContainers(pod).some((container) =>
    VARIABLES.some((name) => findNamed(container['env'], name) !== undefined),
  );
  return volume !== undefined || variable ? ['the pod got an identity that it should not have'] : [];
}

function listContainers(pod: Manifest): Readonly<Record<string, unknown>>[] {
  const { containers } = toSpec(pod);
  return Array.isArray(containers) ? containers.filter(isRecord) : [];
}

function toSpec(pod: Manifest): Readonly<Record<string, unknown>> {
  return isRecord(pod['spec']) ? pod['spec'] : {};
}

function findNamed(list: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.filter(isRecord).find((entry) => entry['name'] === name);
}

function readAudiences(volume: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const projected = volume?.['projected'];
  const sources = isRecord(projected) ? projected['sources'] : undefined;
  if (!Array.isArray(sources)) return [];
  return sources
    .map((source: unknown) => (isRecord(source) ? source['serviceAccountToken'] : undefined))
    .filter(isRecord)
    .map((token) => token['audience']);
}
