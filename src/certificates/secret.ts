import { ExplainedError } from '../base/errors.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord, type JsonRecord, readMember } from '../json/record.ts';
import type { ApiAnswer, KubeApi } from '../kube/api.ts';
import { toStatusError } from '../kube/errors.ts';
import { describeTrouble } from '../kube/trouble.ts';
import { MEMBERS, type Texts } from './contents.ts';

/** Of all that we write, in `managedFields`. */
export const FIELD_MANAGER = 'iam-bridge-certificates';

/** A Secret as it was read. */
export interface StoredSecret {
  readonly texts: Texts;
  /** All of it, since a PUT replaces all of it. */
  readonly object: JsonRecord;
}

export interface SecretReading {
  /** undefined: there is none */
  readonly stored: StoredSecret | undefined;
  /** By the API server's clock, ms since epoch; undefined where it did not tell. */
  readonly serverTime: number | undefined;
}

/** `conflict`: somebody else was faster, and what was decided has to be decided again. */
export type WriteOutcome = 'written' | 'conflict';

export interface SecretAccess {
  readonly api: Pick<KubeApi, 'get' | 'send'>;
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Four certificates, three keys and a mebibyte of somebody else's. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Of one member, base64. More is not ours, and no PEM parser is given it. */
const MAX_MEMBER = 256 * 1024;

/** @throws Error that says what the API server does not allow, or that it cannot be had */
export async function readSecret(access: SecretAccess): Promise<SecretReading> {
  const { api, signal } = access;
  const answer = await api.get(toPath(access), { signal, maxBytes: MAX_BYTES });
  const serverTime = answer.date;
  if (answer.status === 404) return { stored: undefined, serverTime };
  if (answer.status !== 200) throw toError('get', answer, access);
  const object = parseJson(answer.body);
  if (!isRecord(object)) throw new Error(`get ${toPath(access)}: the answer is no Secret`);
  return { stored: { texts: readTexts(object), object }, serverTime };
}

/**
 * Creates it without data, so that it is of no consequence who comes first. By server-side apply, since RBAC cannot
 * restrict a POST by name: at that time an object has none.
 * @throws Error that says what the API server does not allow, or that it cannot be had
 */
export async function createSecret(access: SecretAccess): Promise<undefined> {
  const { api, namespace, name, signal } = access;
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'iam-bridge' } },
    type: 'Opaque',
  };
  const path = `${toPath(access)}?fieldManager=${FIELD_MANAGER}`;
  const answer = await api.send('PATCH', path, object, {
    contentType: 'application/apply-patch+yaml',
    signal,
  });
  if (answer.status !== 200 && answer.status !== 201) throw toError('create and patch', answer, access);
}

/**
 * Replaces our members of what was read, and only if it is still that; others stay as they are.
 * @throws Error that says what the API server does not allow, or that it cannot be had
 */
export async function writeSecret(
  access: SecretAccess,
  { object }: StoredSecret,
  texts: Texts,
): Promise<WriteOutcome> {
  const { api, signal } = access;
  const path = `${toPath(access)}?fieldManager=${FIELD_MANAGER}`;
  const answer = await api.send('PUT', path, withTexts(object, texts), { signal });
  // Deleted meanwhile is decided anew as well.
  if (answer.status === 409 || answer.status === 404) return 'conflict';
  if (answer.status !== 200 && answer.status !== 201) throw toError('update', answer, access);
  return 'written';
}

function withTexts(object: JsonRecord, texts: Texts): JsonRecord {
  const before = object['data'];
  const others = Object.entries(isRecord(before) ? before : {}).filter(
    ([name]) => !MEMBERS.some((member) => member === name),
  );
  const ours = MEMBERS.filter((member) => texts[member] !== '').map((member) => [
    member,
    Buffer.from(texts[member]).toString('base64'),
  ]);
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  // Who wrote what is the API server's to say; without resourceVersion it would take the write for a blind one.
  const { managedFields: _, ...kept } = metadata;
  return { ...object, metadata: kept, data: Object.fromEntries([...others, ...ours]) };
}

function readTexts(object: JsonRecord): Texts {
  const data = readMember(object, 'data');
  const read = (member: string): string => {
    const value = isRecord(data) ? readMember(data, member) : undefined;
    if (typeof value !== 'string') return '';
    return Buffer.from(value.slice(0, MAX_MEMBER), 'base64').toString('utf8');
  };
  // All members are there: it is made of their list.
  return Object.fromEntries(MEMBERS.map((member) => [member, read(member)])) as Texts;
}

function toPath({ namespace, name }: Pick<SecretAccess, 'namespace' | 'name'>): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

function toError(verb: string, { status, body }: ApiAnswer, { namespace, name }: SecretAccess): Error {
  const error = toStatusError(`${verb} Secret ${namespace}/${name}`, status, body);
  return new ExplainedError(
    describeTrouble({ during: verb, error }, { resource: 'secrets', namespace, name }),
  );
}
