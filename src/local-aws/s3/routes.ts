import type { AwsRoute } from '../route.ts';
import { CREATE_BUCKET, DELETE_BUCKET, GET_BUCKET_LOCATION, HEAD_BUCKET, LIST_BUCKETS } from './buckets.ts';
import { DELETE_OBJECT, DELETE_OBJECTS } from './delete-objects.ts';
import { GET_OBJECT, HEAD_OBJECT } from './get-object.ts';
import { LIST_OBJECTS } from './list-objects.ts';
import { type ChooseOperation, performOperation, type S3ServiceDeps } from './perform.ts';
import { POST_OBJECT, PUT_OBJECT } from './put-object.ts';

/** What is asked for at each place; where a query parameter decides between two, the first that is there. */
const OPERATIONS: readonly (readonly [method: string, path: AwsRoute['path'], choose: ChooseOperation])[] = [
  ['GET', '/', () => LIST_BUCKETS],
  ['PUT', '/:bucket', () => CREATE_BUCKET],
  ['HEAD', '/:bucket', () => HEAD_BUCKET],
  ['GET', '/:bucket', (parameters) => (parameters.has('location') ? GET_BUCKET_LOCATION : LIST_OBJECTS)],
  ['POST', '/:bucket', () => DELETE_OBJECTS],
  ['DELETE', '/:bucket', () => DELETE_BUCKET],
  ['PUT', '/:bucket/:key', () => PUT_OBJECT],
  ['POST', '/:bucket/:key', () => POST_OBJECT],
  ['GET', '/:bucket/:key', () => GET_OBJECT],
  ['HEAD', '/:bucket/:key', () => HEAD_OBJECT],
  ['DELETE', '/:bucket/:key', () => DELETE_OBJECT],
];

/** As much of Amazon S3 as the Job and its like need: objects in buckets, without versions, parts and access lists. */
export function createS3Routes(deps: S3ServiceDeps): AwsRoute[] {
  return OPERATIONS.map(([method, path, choose]) => ({
    method,
    path,
    handle: (request) => performOperation(request, choose, deps),
  }));
}
