import { createHash } from 'node:crypto';
import { isAllowed } from '../permissions.ts';
import { renderXml, type Tree } from '../xml.ts';
import { checkChecksums } from './checksums.ts';
import {
  answer,
  answerXml,
  refuse,
  type S3Call,
  type S3Operation,
  type S3Outcome,
  toResource,
} from './operation.ts';

/** Source: Amazon S3 API Reference, DeleteObject. An object that is not there is deleted, too. */
export const DELETE_OBJECT: S3Operation = {
  action: 's3:DeleteObject',
  parameters: [],
  async run({ store, address }) {
    await store.remove(address.bucket, address.key);
    return answer(204);
  },
};

/** Source: Amazon S3 API Reference, DeleteObjects. Each key needs the permission for itself. */
export const DELETE_OBJECTS: S3Operation = {
  action: 's3:DeleteObject',
  parameters: ['delete'],
  checksItself: true,
  run: deleteObjects,
};

async function deleteObjects(call: S3Call): Promise<S3Outcome> {
  // A POST without it is an upload by an HTML form.
  if (!call.parameters.has('delete')) return refuse('NotImplemented');
  const { data, trailers } = call.payload;
  if (!isSound(call, data)) return refuse('BadDigest');
  const checksums = checkChecksums(data, [...call.request.headers, ...trailers]);
  if (checksums.kind !== 'checksums') return refuse('BadDigest');
  const document = readDelete(data.toString());
  if (document === undefined) return refuse('MalformedXML');
  const [deleted, errors]: [Tree[], Tree[]] = [[], []];
  for (const key of document.keys) {
    const address = { ...call.address, key };
    if (isAllowed(call.caller, 's3:DeleteObject', toResource(address))) {
      await call.store.remove(address.bucket, key);
      deleted.push({ Key: key });
    } else {
      errors.push({ Key: key, Code: 'AccessDenied', Message: 'Access Denied' });
    }
  }
  const tree = { Deleted: document.quiet ? [] : deleted, Error: errors };
  return answerXml(renderXml('DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"', tree));
}

function isSound({ request }: S3Call, data: Buffer): boolean {
  const stated = request.headers.get('content-md5');
  return stated === undefined || stated === createHash('md5').update(data).digest('base64');
}

interface DeleteDocument {
  readonly keys: readonly string[];
  /** Only errors are to be told. */
  readonly quiet: boolean;
}

/** Amazon S3 API Reference, DeleteObjects. */
const MAX_KEYS = 1_000;
/** A thousand keys of 1,024 bytes, each byte a reference, would not be sensible. */
const MAX_LENGTH = 2_097_152;

const OBJECT = /\s*<Object>\s*<Key>([^<]*)<\/Key>\s*<\/Object>/y;

/**
 * Reads `<Delete><Object><Key>…</Key></Object>…<Quiet>…</Quiet></Delete>`, as clients write it: no document type, no
 * comments, no sections, no other elements. A parser that knows more would have more to refuse.
 */
function readDelete(text: string): DeleteDocument | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = /^\s*(?:<\?xml [^<>]*\?>\s*)?<Delete(?: xmlns="[^"<>]*")?>([\s\S]*)<\/Delete>\s*$/.exec(text);
  let rest = match?.[1] ?? '';
  const quiet = /<Quiet>\s*(true|false)\s*<\/Quiet>/.exec(rest);
  rest = (quiet === null ? rest : rest.replace(quiet[0], '')).trimEnd();
  const keys = readKeys(rest);
  return keys === undefined || keys.length === 0 ? undefined : { keys, quiet: quiet?.[1] === 'true' };
}

function readKeys(text: string): string[] | undefined {
  const keys: string[] = [];
  let at = 0;
  while (at < text.length) {
    OBJECT.lastIndex = at;
    const key = unescapeXml(OBJECT.exec(text)?.[1] ?? '');
    if (key === undefined || key === '' || keys.length >= MAX_KEYS) return undefined;
    keys.push(key);
    at = OBJECT.lastIndex;
  }
  return keys;
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The five names of XML and references to characters; anything else is undefined. */
function unescapeXml(text: string): string | undefined {
  let sound = true;
  const unescaped = text.replaceAll(/&([^;&]{0,10};?)/g, (_, reference: string) => {
    const character = readReference(reference);
    sound &&= character !== undefined;
    return character ?? '';
  });
  return sound ? unescaped : undefined;
}

function readReference(reference: string): string | undefined {
  const [, hex, decimal, name] = /^(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));$/i.exec(reference) ?? [];
  if (name !== undefined) return NAMED.get(name);
  const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : undefined;
}
