import { matchesGlob } from '../permissions.ts';
import { fail, type QueryOutcome } from '../query/service.ts';
import type { Instance } from './instance.ts';

/** One `Filter.N`: any of its values has to fit; `*` and `?` are wildcards. */
export interface Filter {
  readonly values: readonly string[];
  read(instance: Instance): string | undefined;
}

const READERS: ReadonlyMap<string, Filter['read']> = new Map([
  ['instance-id', ({ id }) => id],
  ['private-dns-name', ({ privateDnsName }) => privateDnsName],
  ['private-ip-address', ({ privateIpAddress }) => privateIpAddress],
  ['instance-state-name', ({ state }) => state],
  ['vpc-id', ({ vpcId }) => vpcId],
  ['owner-id', ({ account }) => account],
  ['iam-instance-profile.arn', ({ instanceProfile }) => instanceProfile],
]);

type FilterReading =
  | { readonly kind: 'filters'; readonly filters: readonly Filter[] }
  | (QueryOutcome & { readonly kind: 'error' });

/** One that is not known is refused, as EC2 does: to ignore it would show too much. */
export function readFilters(parameters: ReadonlyMap<string, string>): FilterReading {
  const filters: Filter[] = [];
  for (const [parameter, name] of parameters) {
    const [, number] = /^Filter\.(\d{1,4})\.Name$/.exec(parameter) ?? [];
    if (number === undefined) continue;
    const read = READERS.get(name);
    if (read === undefined)
      return fail('InvalidParameterValue', `The filter '${name.slice(0, 64)}' is invalid`);
    filters.push({ values: readList(parameters, `Filter.${number}.Value`), read });
  }
  return { kind: 'filters', filters };
}

export function passes(instance: Instance, { values, read }: Filter): boolean {
  const actual = read(instance);
  return actual !== undefined && values.some((pattern) => matchesGlob(pattern, actual));
}

/** The values of `prefix.1`, `prefix.2`, …, whatever their numbers. */
export function readList(parameters: ReadonlyMap<string, string>, prefix: string): string[] {
  return [...parameters]
    .filter(([name]) => name.startsWith(`${prefix}.`) && /^\d{1,4}$/.test(name.slice(prefix.length + 1)))
    .map(([, value]) => value);
}
