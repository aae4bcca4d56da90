import { createHash } from 'node:crypto';
import { isAllowed } from '../permissions.ts';
import { renderXml, type Tree } from '../xml.ts';
import { checkChecksums } from './checksums.ts';
import { readDelete } from './delete-document.ts';
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
