import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { PolicyStatement } from '../permissions.ts';
import type { AwsError } from '../route.ts';

/** What the parameter `Policy` allows of what the role allows. */
export interface SessionPolicy {
  readonly kind: 'policy';
  readonly statements: readonly PolicyStatement[];
  /** How much of the room it takes. */
  readonly packedSize: number;
}

export type SessionPolicyReading =
  | SessionPolicy
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly error: AwsError };

/** STS API Reference, AssumeRoleWithWebIdentity, `Policy`. */
const MAX_LENGTH = 2_048;

/**
 * Reads an inline session policy of Effect, Action and Resource. What else a policy can say would widen or narrow it in a
 * way that is not known here, so it is refused.
 */
export function readSessionPolicy(parameters: ReadonlyMap<string, string>): SessionPolicyReading {
  if ([...parameters.keys()].some((name) => name.startsWith('PolicyArns.'))) {
    return refuse(
      'ValidationError',
      'PolicyArns: the local STS has no managed policies; give an inline Policy instead',
    );
  }
  const text = parameters.get('Policy');
  if (text === undefined) return { kind: 'none' };
  if (text.length > MAX_LENGTH) {
    return refuse(
      'PackedPolicyTooLarge',
      `Packed policy consumes ${toPercent(text)}% of allotted space, please use smaller policy.`,
    );
  }
  const statements = parseStatements(text);
  if (typeof statements === 'string') return refuse('MalformedPolicyDocument', statements);
  return { kind: 'policy', statements, packedSize: toPercent(text) };
}

function toPercent(text: string): number {
  return Math.ceil((text.length * 100) / MAX_LENGTH);
}

function parseStatements(text: string): PolicyStatement[] | string {
  const reading = readJson(text);
  // Of two members only one counts, and which one is not defined.
  if (reading.kind === 'malformed' || reading.duplicates.length > 0)
    return 'This policy contains invalid Json';
  const statement = isRecord(reading.value) ? readMember(reading.value, 'Statement') : undefined;
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  const statements = list.map((item) => (isRecord(item) ? readStatement(item) : undefined));
  const sound = statements.filter((item) => item !== undefined);
  return sound.length === statements.length
    ? sound
    : 'Syntax errors in policy: each statement has Sid, Effect, Action and Resource here, and nothing else.';
}

const MEMBERS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'Resource']);

function readStatement(record: JsonRecord): PolicyStatement | undefined {
  const effect = readMember(record, 'Effect');
  const actions = readTexts(readMember(record, 'Action'));
  const resources = readTexts(readMember(record, 'Resource'));
  const known = Object.keys(record).every((name) => MEMBERS.has(name));
  if (!known || actions === undefined || resources === undefined) return undefined;
  return effect === 'Allow' || effect === 'Deny' ? { effect, actions, resources } : undefined;
}

/** IAM takes one text for a list of one. */
function readTexts(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((item) => typeof item === 'string');
  return texts.length === list.length && texts.length > 0 ? texts : undefined;
}

function refuse(code: string, message: string): SessionPolicyReading {
  return { kind: 'error', error: { code, status: 400, message } };
}
