import { isRecord } from '../../json/record.ts';
import type { Container, EnvEntry } from '../pod.ts';

export interface EnvVar {
  readonly name: string;
  readonly value: string;
}

/** What a pod's identity and the settings would give each container, before the container has its say. */
export interface PodEnvironment {
  readonly regionalSts: boolean;
  /** empty: none */
  readonly region: string;
  /** The two variables that carry the identity: both are injected, or neither. */
  readonly pair: readonly [EnvVar, EnvVar];
}

/** What a container has already. Only literal names count: what `envFrom` brings is not known at admission. */
export interface PresentEnvironment {
  /** How many of the pair's two names are there. */
  readonly pairMembers: number;
  readonly region: boolean;
  readonly sts: boolean;
  /** An access key of its own, which every AWS SDK prefers to a role. */
  readonly staticKeys: boolean;
  /** A role and token of its own, which every AWS SDK prefers to container credentials. */
  readonly ownWebIdentity: boolean;
}

const STS_VARIABLE = 'AWS_STS_REGIONAL_ENDPOINTS';
const ACCESS_KEY_VARIABLE = 'AWS_ACCESS_KEY_ID';
const WEB_IDENTITY_VARIABLES = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;
// The order in which they are injected, too.
const REGION_VARIABLES = ['AWS_DEFAULT_REGION', 'AWS_REGION'] as const;

export function readPresentEnvironment(container: Container, wanted: PodEnvironment): PresentEnvironment {
  const [first, second] = wanted.pair;
  let hasFirst = false;
  let hasSecond = false;
  let region = false;
  let sts = false;
  let staticKeys = false;
  let ownRole = false;
  let ownToken = false;
  for (const variable of container.env ?? []) {
    switch (variable.name) {
      case first.name:
        hasFirst = true;
        break;
      case second.name:
        hasSecond = true;
        break;
      case REGION_VARIABLES[0]:
      case REGION_VARIABLES[1]:
        region = true;
        break;
      case STS_VARIABLE:
        sts = true;
        break;
      case ACCESS_KEY_VARIABLE:
        staticKeys = isSet(variable);
        break;
      // Reached only where the pair is another one.
      case WEB_IDENTITY_VARIABLES[0]:
        ownRole = isSet(variable);
        break;
      case WEB_IDENTITY_VARIABLES[1]:
        ownToken = isSet(variable);
        break;
    }
  }
  const pairMembers = Number(hasFirst) + Number(hasSecond);
  return { pairMembers, region, sts, staticKeys, ownWebIdentity: ownRole && ownToken };
}

/** SDKs take an empty variable for none. Of a reference that may miss, nothing is known; any other one is there. */
function isSet({ value, valueFrom }: EnvEntry): boolean {
  if (!isRecord(valueFrom)) return typeof value === 'string' && value !== '';
  return !Object.values(valueFrom).some((source) => isRecord(source) && source['optional'] === true);
}

/** All that could be injected is there: such a container is left alone altogether, mount included. */
export function isComplete(present: PresentEnvironment): boolean {
  return present.pairMembers > 0 && present.region && present.sts;
}

/** The variables to append, in the order that users of the Go program see: STS, regions, the pair. */
export function planEnvironment(
  wanted: PodEnvironment,
  present: PresentEnvironment,
  withPair: boolean,
): EnvVar[] {
  const added: EnvVar[] = [];
  if (wanted.regionalSts && !present.sts) added.push({ name: STS_VARIABLE, value: 'regional' });
  if (wanted.region !== '' && !present.region) {
    for (const name of REGION_VARIABLES) added.push({ name, value: wanted.region });
  }
  if (withPair && present.pairMembers === 0) added.push(...wanted.pair);
  return added;
}
