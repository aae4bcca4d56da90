import type { Mappings } from '../../../src/access/resolve.ts';
import type { JsonRecord } from '../../../src/json/record.ts';
import { readAwsAuth } from '../../../src/mapping/aws-auth.ts';
import { readIdentityMappings } from '../../../src/mapping/identity-mappings.ts';
import { type MappingSource, toSectionsSource } from '../../../src/mapping/mapping-source.ts';
import { createIndex, type RbacIndex } from '../../../src/rbac/bindings-index.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import { parseYamlDocuments } from '../../../src/rbac/read/yaml-documents.ts';

/** aws-auth with these sections, each a text of YAML. */
export function toAwsAuthSource(
  data: Readonly<Record<string, string>>,
  { permissionSets = false } = {},
): MappingSource {
  const name = { where: 'aws-auth', backend: 'EKSConfigMap' } as const;
  return toSectionsSource(name, readAwsAuth(data), { by: 'typed', permissionSets });
}

/** IAMIdentityMappings, by their names. */
export function toObjectSource(specs: Readonly<Record<string, JsonRecord>>): MappingSource {
  const objects = Object.entries(specs).map(([name, spec]) => ({ metadata: { name }, spec }));
  return readIdentityMappings('objects', objects);
}

export function toMappings(...sources: readonly MappingSource[]): Mappings {
  return { sources, reservedPrefixes: new Map() };
}

/** The index of what a text of YAML has. */
export function toIndex(yaml: string): RbacIndex {
  const { objects, problems } = readObjects(parseYamlDocuments(yaml));
  return createIndex(objects, problems);
}
