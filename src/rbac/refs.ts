import { quoteShort } from '../json/quote.ts';
import type { ObjectRef } from './objects.ts';

/** A text that two objects share only where they are the same: no name and no namespace holds a slash. */
export function toRefKey({ kind, namespace = '', name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** `Role team-a/reader`, `ClusterRole view`; safe to print, since names of RBAC are anybody's text. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${describeName(namespace === undefined ? name : `${namespace}/${name}`)}`;
}

/** A name as it is where that is plain, else in quotes with all escaped that a terminal could obey. */
export function describeName(name: string): string {
  return /^[!-~]{1,128}$/.test(name) ? name : quoteShort(name);
}

/** An object by its name alone. */
export function toRef<Kind extends string>({ kind, namespace, name }: ObjectRef<Kind>): ObjectRef<Kind> {
  return namespace === undefined ? { kind, name } : { kind, namespace, name };
}

/** Cluster-wide ones first, then by namespace and name, so that an answer does not depend on the order of objects. */
export function compareRefs(left: ObjectRef, right: ObjectRef): number {
  return (
    compareTexts(left.namespace ?? '', right.namespace ?? '') ||
    compareTexts(left.kind, right.kind) ||
    compareTexts(left.name, right.name)
  );
}

/** By UTF-16 code units: the same on every machine. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
