import { isObject } from '../manifests.ts';
import type { ObjectTable } from './object-table.ts';
import type { Route } from './route.ts';
import { refuse } from './status.ts';

/** How a node reports on a pod: a merge patch (RFC 7386) of its status, one level deep, which is all that a node sends. */
export function createStatusRoute(pods: ObjectTable): Route {
  return {
    method: 'PATCH',
    path: '/api/v1/namespaces/:namespace/pods/:name/status',
    handle({ params: { namespace = '', name = '' }, body }) {
      const pod = pods.get(namespace, name);
      if (pod === undefined) return refuse(404, 'NotFound', `pods "${name}" not found`);
      if (!isObject(body) || !isObject(body['status'])) {
        return refuse(400, 'BadRequest', 'the patch has no status');
      }
      const { metadata, status } = body;
      if (isObject(metadata) && metadata['uid'] !== undefined && metadata['uid'] !== pod.metadata.uid) {
        return refuse(409, 'Conflict', `the UID in the precondition is not that of pod "${name}"`);
      }
      const before = isObject(pod['status']) ? pod['status'] : {};
      return {
        kind: 'object',
        status: 200,
        object: pods.apply({ ...pod, status: { ...before, ...status } }),
      };
    },
  };
}
