import { describeError } from '../base/errors.ts';
import { ApiStatusError } from './errors.ts';

/** What is read or written, in the words of RBAC. */
export interface ReadScope {
  /** In the plural, such as `configmaps`. */
  readonly resource: string;
  /** undefined: those of all namespaces */
  readonly namespace?: string;
  /** The one object that it is about. */
  readonly name?: string;
}

/** What went wrong, and the verb that the right to it has, such as `list`. */
export interface Refused {
  readonly during: string;
  readonly error: Error;
}

/** Why a request, or a watch, does not come about, and what to do where the API server says so. One line. */
export function describeTrouble({ during, error }: Refused, scope: ReadScope): string {
  return `${describeError(error)}${readRemedy(during, error, scope)}`;
}

function readRemedy(during: string, error: Error, { resource, namespace, name }: ReadScope): string {
  const status = error instanceof ApiStatusError ? error.status : undefined;
  if (status === 401) return '; its credential is not accepted: check the token or the kubeconfig';
  if (status !== 403) return '';
  const which = name === undefined ? resource : `${resource} named ${name}`;
  const where =
    namespace === undefined ? 'all namespaces, by a ClusterRole' : `the namespace ${namespace}, by a Role`;
  return `; missing right: ${during} on ${which} in ${where} for the account that this runs as`;
}
