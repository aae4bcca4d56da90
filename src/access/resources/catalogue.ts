import { findNearest } from '../../base/edit-distance.ts';
import type { ApiResource } from '../../kube/api-resource.ts';
import { listBuiltinResources } from './builtin.ts';
import { VIRTUAL_RESOURCES } from './virtual.ts';

/** Which resources there are, by all names that people give them. */
export interface Catalogue {
  /** `discovery`: as the API server of the question has them; `built-in`: those of Kubernetes itself. */
  readonly source: 'discovery' | 'built-in';
  /** Without those that only authorizers know. */
  readonly resources: readonly ApiResource[];
  /**
   * By plural, singular, kind or short name, ignoring case.
   * @param group undefined: the first that has it
   */
  find(name: string, group?: string): ApiResource | undefined;
  /** The name that was meant, perhaps. */
  findNearest(name: string): string | undefined;
}

/** @param discovered undefined: nobody has asked an API server */
export function createCatalogue(discovered: readonly ApiResource[] | undefined): Catalogue {
  const resources = discovered ?? listBuiltinResources();
  const byName = new Map<string, ApiResource[]>();
  for (const nameOf of [toPlural, toSingular, toKind, toShortNames]) {
    for (const resource of [...resources, ...VIRTUAL_RESOURCES]) {
      for (const name of nameOf(resource)) add(byName, name.toLowerCase(), resource);
    }
  }
  return {
    source: discovered === undefined ? 'built-in' : 'discovery',
    resources,
    find(name, group) {
      const named = byName.get(name.toLowerCase());
      return group === undefined ? named?.[0] : named?.find((each) => each.group === group.toLowerCase());
    },
    findNearest: (name) => findNearest(name, byName.keys()),
  };
}

const toPlural = ({ resource }: ApiResource): readonly string[] => [resource];
const toSingular = ({ singular }: ApiResource): readonly string[] => (singular === '' ? [] : [singular]);
const toKind = ({ kind }: ApiResource): readonly string[] => (kind === '' ? [] : [kind]);
const toShortNames = ({ shortNames }: ApiResource): readonly string[] => shortNames;

function add(byName: Map<string, ApiResource[]>, name: string, resource: ApiResource): void {
  const named = byName.get(name);
  if (named === undefined) byName.set(name, [resource]);
  else named.push(resource);
}
