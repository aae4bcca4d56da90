import { isBucketName } from '../../base/names/bucket.ts';
import { renderXml } from '../xml.ts';
import { answer, answerXml, refuse, type S3Operation } from './operation.ts';

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Source: Amazon S3 API Reference, ListBuckets. */
export const LIST_BUCKETS: S3Operation = {
  action: 's3:ListAllMyBuckets',
  parameters: [],
  withoutBucket: true,
  run({ store, caller }) {
    const buckets = store
      .buckets()
      .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() }));
    const tree = { Owner: { ID: caller.account }, Buckets: { Bucket: buckets } };
    return answerXml(renderXml(`ListAllMyBucketsResult ${NAMESPACE}`, tree));
  },
};

/** Source: Amazon S3 API Reference, CreateBucket. What its body says of the region is not looked at: this is all regions. */
export const CREATE_BUCKET: S3Operation = {
  action: 's3:CreateBucket',
  parameters: [],
  withoutBucket: true,
  async run({ store, address, now }) {
    const { bucket } = address;
    if (!isBucketName(bucket)) return refuse('InvalidBucketName', { BucketName: bucket });
    const outcome = await store.createBucket(bucket, now);
    if (outcome === 'present') return refuse('BucketAlreadyOwnedByYou', { BucketName: bucket });
    if (outcome === 'full')
      return refuse('InvalidRequest', {}, 'The local S3 has as many buckets as it holds: delete some.');
    return answer(200, { headers: { location: `/${bucket}` } });
  },
};

/** Source: Amazon S3 API Reference, HeadBucket. */
export const HEAD_BUCKET: S3Operation = {
  action: 's3:ListBucket',
  parameters: [],
  run: () => answer(200),
};

/** Source: Amazon S3 API Reference, GetBucketLocation: empty means us-east-1. */
export const GET_BUCKET_LOCATION: S3Operation = {
  action: 's3:GetBucketLocation',
  parameters: ['location'],
  run: () => answerXml(renderXml(`LocationConstraint ${NAMESPACE}`, {})),
};

/** Source: Amazon S3 API Reference, DeleteBucket. */
export const DELETE_BUCKET: S3Operation = {
  action: 's3:DeleteBucket',
  parameters: [],
  async run({ store, address }) {
    return (await store.removeBucket(address.bucket))
      ? answer(204)
      : refuse('BucketNotEmpty', { BucketName: address.bucket });
  },
};
