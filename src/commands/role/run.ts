import { type DiscoveredRules, toDiscoveredRules } from '../../access/discovered-role.ts';
import { createCatalogue } from '../../access/resources/catalogue.ts';
import { findNearest } from '../../base/edit-distance.ts';
import { quoteShort } from '../../json/quote.ts';
import type { ApiResource } from '../../kube/api-resource.ts';
import { showText } from '../../terminal/show.ts';
import { printData, toYaml } from '../access/print.ts';
import { complain, complainOf, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { toObjects } from './objects.ts';
import type { RoleOptions } from './options.ts';
import { type RoleRequest, readRoleRequest } from './request.ts';
import { type KnownResources, readResources } from './resources.ts';

/** `iam-bridge role`: 0 a role, 1 nothing is left for it, 2 usage, 3 outside. */
export async function runRole(options: RoleOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings;
  const problems: string[] = [];
  const request = readRoleRequest(options, problems);
  if (problems.length > 0) return complain('role', problems, terminal, 2);
  try {
    const known = await readResources(options, surroundings);
    note('role', known.notes, terminal);
    return await tell(request, known, options, surroundings);
  } catch (error) {
    return complainOf('role', error, terminal);
  }
}

async function tell(
  request: RoleRequest,
  known: KnownResources,
  { output }: RoleOptions,
  { terminal }: Surroundings,
): Promise<ExitCode> {
  const { verbs, groups, scope } = request;
  const { resources } = known;
  const problems = [...checkVerbs(request, resources), ...checkGroups(request, resources)];
  const isLeftOut = createExclusion(request.without, resources, problems);
  if (problems.length > 0) return complain('role', problems, terminal, 2);
  const found = toDiscoveredRules(resources, { verbs, groups, scope, isLeftOut });
  if (found.rules.length === 0)
    return complain('role', ['no resource is left: ask for more verbs, groups or resources'], terminal, 1);
  const objects = toObjects(request, found.rules);
  if (output !== undefined) {
    note('role', describe(found, known), terminal);
    await printData({ apiVersion: 'v1', kind: 'List', items: objects }, output, terminal);
  } else {
    const head = describe(found, known).map((line) => `# ${showText(line)}\n`);
    terminal.out(`${head.join('')}${(await Promise.all(objects.map(toYaml))).join('---\n')}`);
  }
  return 0;
}

function checkVerbs({ verbs = [] }: RoleRequest, resources: readonly ApiResource[]): readonly string[] {
  const known = new Set(
    resources.flatMap((each) => [...each.verbs, ...each.subresources.flatMap((part) => part.verbs)]),
  );
  return verbs.filter((verb) => !known.has(verb)).map((verb) => describeUnknown('--verbs', verb, known));
}

function checkGroups({ groups = [] }: RoleRequest, resources: readonly ApiResource[]): readonly string[] {
  const known = new Set(resources.map(({ group }) => group));
  return groups
    .filter((group) => !known.has(group))
    .map((group) => describeUnknown('--for-groups', group, known));
}

function describeUnknown(flag: string, name: string, known: ReadonlySet<string>): string {
  const nearest = findNearest(name, known);
  const all = [...known].map((each) => (each === '' ? 'core' : each)).join(', ');
  const hint = nearest === undefined || nearest === '' ? `there are ${all}` : `did you mean ${nearest}?`;
  return `${flag}: the cluster has no ${quoteShort(name)}: ${showText(hint)}`;
}

type Exclusion = (resource: ApiResource, subresource: string | undefined) => boolean;

/** What is named and not there is a problem: a typing error would leave it in. */
function createExclusion(
  words: readonly string[],
  resources: readonly ApiResource[],
  problems: string[],
): Exclusion {
  const catalogue = createCatalogue(resources);
  const left = words.flatMap((word) => {
    const [type = '', part, ...rest] = word.split('/');
    const dot = type.indexOf('.');
    const [name, group] = dot === -1 ? [type, undefined] : [type.slice(0, dot), type.slice(dot + 1)];
    const resource = catalogue.find(name, group);
    const isThere = part === undefined || resource?.subresources.some((each) => each.name === part);
    if (resource !== undefined && isThere && rest.length === 0) {
      // Without a group all resources of that name are meant: leaving out too little would be worse.
      return [{ resource: resource.resource, group: group === undefined ? undefined : resource.group, part }];
    }
    const nearest = catalogue.findNearest(name);
    const hint = nearest === undefined ? 'kubectl api-resources lists them' : `did you mean ${nearest}?`;
    problems.push(`--without: the cluster has no ${quoteShort(word)}: ${showText(hint)}`);
    return [];
  });
  return ({ resource, group }, subresource) =>
    left.some(
      (each) =>
        each.resource === resource &&
        (each.group === undefined || each.group === group) &&
        (each.part === undefined || each.part === subresource),
    );
}

/** What somebody should know before it is applied. */
function describe(
  { connections, readsSecrets }: DiscoveredRules,
  { source }: KnownResources,
): readonly string[] {
  return [
    `every resource that ${source} has, and no wildcard: what is added to the cluster later is not in it`,
    ...(readsSecrets
      ? ['Secrets are in it, with all that they hold: --without secrets leaves them out']
      : []),
    ...(connections.length === 0
      ? []
      : [`left out, since get opens a connection there and reads nothing: ${connections.join(', ')}`]),
  ];
}
