import { isDnsLabel } from '../../base/names/dns.ts';
import { quoteShort } from '../../json/quote.ts';
import { checkSource } from '../access/request.ts';
import type { RoleOptions, RoleScope } from './options.ts';

/** What a role is to hold. */
export interface RoleRequest {
  readonly name: string;
  /** Undefined: a ClusterRole. */
  readonly namespace: string | undefined;
  /** undefined: all that resources have. */
  readonly verbs: readonly string[] | undefined;
  /** undefined: all; '' is core. */
  readonly groups: readonly string[] | undefined;
  readonly scope: RoleScope;
  /** `pods`, `deployments.apps`, `pods/exec`. */
  readonly without: readonly string[];
  readonly bindGroup: string | undefined;
}

/** @param problems takes what is wrong with the options, a sentence each */
export function readRoleRequest(options: RoleOptions, problems: string[]): RoleRequest {
  const { name, namespace, bindGroup, scope } = options;
  checkSource(options, problems);
  checkName(name, problems);
  if (namespace !== undefined && !isDnsLabel(namespace))
    problems.push('-n is no name of a namespace: give one such as team-a, or leave it out for a ClusterRole');
  if (namespace !== undefined && scope !== undefined && scope !== 'namespaced')
    problems.push(`-n makes a Role, which gives nothing of --scope ${scope}: leave one of them out`);
  checkGroup(bindGroup, problems);
  const groups = readList('--for-groups', options.forGroups, problems);
  return {
    ...{ name, namespace, bindGroup },
    verbs: options.verbs === 'all' ? undefined : readList('--verbs', options.verbs, problems),
    groups: groups?.map((group) => (group === 'core' ? '' : group)),
    scope: scope ?? (namespace === undefined ? 'all' : 'namespaced'),
    without: readList('--without', options.without, problems) ?? [],
  };
}

/** A segment of a path (`path.IsValidPathSegmentName`). */
function checkName(name: string, problems: string[]): void {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name))
    problems.push(
      `--name ${quoteShort(name)} is no name of a role: it has to be, without / and %, no dots alone`,
    );
}

/** Nobody has to make anybody a member of those of the system: they hold more than who is meant. */
function checkGroup(group: string | undefined, problems: string[]): void {
  if (group === '') problems.push('--bind-group is empty: give the name of a group, or leave it out');
  if (group?.startsWith('system:'))
    problems.push(
      `--bind-group ${quoteShort(group)} holds everybody of a kind: give a group of your own, such as one of a mapping`,
    );
}

function readList(flag: string, text: string | undefined, problems: string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const parts = [...new Set(text.split(',').map((part) => part.trim()))];
  if (parts.includes(''))
    problems.push(`${flag} has an empty part: give names with a comma between them; the core group is core`);
  return parts;
}
