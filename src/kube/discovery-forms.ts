import { toRecords, toText, toTexts } from '../json/loose.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import type { ApiResource, Discovery } from './api-resource.ts';

/**
 * Reads an APIGroupDiscoveryList (apidiscovery.k8s.io/v2, KEP-3352).
 * @returns undefined where the document is another, as older servers answer
 */
export function readAggregated(document: unknown): Discovery | undefined {
  if (!isRecord(document) || document['kind'] !== 'APIGroupDiscoveryList') return undefined;
  const problems: string[] = [];
  const resources = toRecords(document['items']).flatMap((item) => {
    const metadata = item['metadata'];
    const group = isRecord(metadata) ? toText(metadata['name']) : '';
    return toRecords(item['versions']).flatMap((each) => {
      const version = toText(each['version']);
      if (each['freshness'] === 'Stale')
        problems.push(
          `${group}/${version}: the server behind it does not answer, and what is known may be old`,
        );
      return toRecords(each['resources']).flatMap((raw) => toAggregatedResource(raw, group, version));
    });
  });
  return { resources, problems };
}

function toAggregatedResource(raw: JsonRecord, group: string, version: string): readonly ApiResource[] {
  const resource = toText(raw['resource']);
  if (resource === '') return [];
  const { responseKind } = raw;
  return [
    {
      group,
      version,
      resource,
      kind: isRecord(responseKind) ? toText(responseKind['kind']) : '',
      singular: toText(raw['singularResource']),
      shortNames: toTexts(raw['shortNames']),
      namespaced: raw['scope'] === 'Namespaced',
      verbs: toTexts(raw['verbs']),
      subresources: toRecords(raw['subresources']).map((each) => ({
        name: toText(each['subresource']),
        verbs: toTexts(each['verbs']),
      })),
    },
  ];
}

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Reads APIVersions (`/api`) or an APIGroupList (`/apis`): of each group the preferred version first. */
export function readGroupVersions(document: unknown): readonly GroupVersion[] {
  if (!isRecord(document)) return [];
  if (document['kind'] === 'APIVersions')
    return toTexts(document['versions']).map((version) => ({ group: '', version }));
  return toRecords(document['groups']).flatMap((each) => {
    const group = toText(each['name']);
    const { preferredVersion } = each;
    const preferred = isRecord(preferredVersion) ? toText(preferredVersion['version']) : '';
    const versions = toRecords(each['versions']).map((one) => toText(one['version']));
    return [...new Set([preferred, ...versions])].flatMap((version) =>
      version === '' ? [] : [{ group, version }],
    );
  });
}

/** Reads an APIResourceList, in which `pods/log` stands beside `pods`. */
export function readOldResources(document: unknown, group: string, version: string): readonly ApiResource[] {
  const raws = isRecord(document) ? toRecords(document['resources']) : [];
  return raws.flatMap((raw) => {
    const resource = toText(raw['name']);
    if (resource === '' || resource.includes('/')) return [];
    const below = raws.filter(({ name }) => toText(name).startsWith(`${resource}/`));
    return [
      {
        group,
        version,
        resource,
        kind: toText(raw['kind']),
        singular: toText(raw['singularName']),
        shortNames: toTexts(raw['shortNames']),
        namespaced: raw['namespaced'] === true,
        verbs: toTexts(raw['verbs']),
        subresources: below.map((each) => ({
          name: toText(each['name']).slice(resource.length + 1),
          verbs: toTexts(each['verbs']),
        })),
      },
    ];
  });
}
